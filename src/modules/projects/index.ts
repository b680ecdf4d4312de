import './project.ts';
