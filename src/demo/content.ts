import type { Role } from '../identity/roles.ts';

type TaskStatus = 'TODO' | 'IN_PROGRESS' | 'IN_REVIEW' | 'DONE';

export interface DemoTask {
  name: string;
  description?: string;
  status: TaskStatus;
  assignee: Role;
  estimateDays: string;
  /** Days from today. */
  due: number;
  tags?: string[];
}

export interface DemoMilestone {
  name: string;
  start: number;
  due: number;
  tasks: DemoTask[];
}

export interface DemoProject {
  name: string;
  description: string;
  /** Whether the client is the one whose contact is the demo user with the role CLIENT. */
  visibleToClient: boolean;
  start: number;
  end: number;
  milestones: DemoMilestone[];
  /** Messages in the project's channel. */
  conversation: { from: Role; text: string; answers?: { from: Role; text: string }[] }[];
}

export interface DemoContent {
  clients: [ofClientUser: string, other: string];
  projects: DemoProject[];
  /** The channel of the whole organization, and its first message. */
  channel: string;
  welcome: string;
}

const french: DemoContent = {
  clients: ['Mairie de Valmont', 'Librairie Sauvage'],
  channel: 'général',
  welcome: 'Bienvenue à tous ! Les comptes rendus du lundi arrivent ici.',
  projects: [
    {
      name: 'Portail des démarches',
      description: 'Demandes d’état civil et inscriptions scolaires en ligne, accessibles sur mobile.',
      visibleToClient: true,
      start: -60,
      end: 45,
      milestones: [
        {
          name: 'Cadrage validé',
          start: -60,
          due: -30,
          tasks: [
            {
              name: 'Atelier avec les agents d’accueil',
              status: 'DONE',
              assignee: 'MANAGER',
              estimateDays: '2',
              due: -50,
            },
            {
              name: 'Cartographier les démarches existantes',
              status: 'DONE',
              assignee: 'CONSULTANT',
              estimateDays: '4',
              due: -42,
              tags: ['analyse'],
            },
            {
              name: 'Maquettes du parcours citoyen',
              status: 'DONE',
              assignee: 'MEMBER',
              estimateDays: '5',
              due: -33,
              tags: ['ux'],
            },
          ],
        },
        {
          name: 'Version pilote',
          start: -29,
          due: 14,
          tasks: [
            {
              name: 'Connexion FranceConnect',
              description: 'Fédération d’identité, avec repli par courriel.',
              status: 'IN_REVIEW',
              assignee: 'CONSULTANT',
              estimateDays: '6',
              due: -2,
              tags: ['sécurité'],
            },
            {
              name: 'Formulaire de demande d’acte',
              status: 'IN_PROGRESS',
              assignee: 'MEMBER',
              estimateDays: '4.5',
              due: 5,
            },
            {
              name: 'Tests d’accessibilité',
              status: 'TODO',
              assignee: 'CONSULTANT',
              estimateDays: '3',
              due: 11,
              tags: ['accessibilité'],
            },
            { name: 'Former les agents', status: 'TODO', assignee: 'MANAGER', estimateDays: '1', due: 14 },
          ],
        },
      ],
      conversation: [
        {
          from: 'MANAGER',
          text: 'La mairie confirme le pilote pour la mi-journée de lundi.',
          answers: [{ from: 'CONSULTANT', text: 'Parfait, la fédération d’identité sera prête.' }],
        },
        { from: 'MEMBER', text: 'Les maquettes validées sont dans le dossier partagé.' },
      ],
    },
    {
      name: 'Boutique en ligne',
      description: 'Catalogue, commandes et retrait en magasin.',
      visibleToClient: false,
      start: -20,
      end: 80,
      milestones: [
        {
          name: 'Catalogue en ligne',
          start: -20,
          due: 25,
          tasks: [
            {
              name: 'Importer les notices des éditeurs',
              status: 'IN_PROGRESS',
              assignee: 'CONSULTANT',
              estimateDays: '5',
              due: 4,
              tags: ['données'],
            },
            { name: 'Recherche par thème', status: 'TODO', assignee: 'MEMBER', estimateDays: '3', due: 18 },
          ],
        },
      ],
      conversation: [{ from: 'CONSULTANT', text: 'Premier lot de 4 000 notices chargé sans erreur.' }],
    },
  ],
};

const english: DemoContent = {
  clients: ['Northwind Museum', 'Harbour Coffee'],
  channel: 'general',
  welcome: 'Welcome everybody! Monday notes are posted here.',
  projects: [
    {
      name: 'Audio guide',
      description: 'A guide for phones, in four languages, that works without a network.',
      visibleToClient: true,
      start: -45,
      end: 60,
      milestones: [
        {
          name: 'Script approved',
          start: -45,
          due: -15,
          tasks: [
            { name: 'Walk through the collection', status: 'DONE', assignee: 'MANAGER', estimateDays: '1.5', due: -40 },
            {
              name: 'Write forty stops',
              status: 'DONE',
              assignee: 'MEMBER',
              estimateDays: '8',
              due: -18,
              tags: ['writing'],
            },
          ],
        },
        {
          name: 'First visitors',
          start: -14,
          due: 20,
          tasks: [
            {
              name: 'Offline playback',
              description: 'Download on entry, play anywhere in the building.',
              status: 'IN_PROGRESS',
              assignee: 'CONSULTANT',
              estimateDays: '6',
              due: 6,
              tags: ['mobile'],
            },
            { name: 'Record the voices', status: 'IN_REVIEW', assignee: 'MEMBER', estimateDays: '3', due: 1 },
            { name: 'Test with twenty visitors', status: 'TODO', assignee: 'MANAGER', estimateDays: '2', due: 19 },
          ],
        },
      ],
      conversation: [
        {
          from: 'MEMBER',
          text: 'Two of the forty stops are closed for works until spring.',
          answers: [{ from: 'MANAGER', text: 'We keep them in the script and hide them in the app.' }],
        },
        { from: 'CONSULTANT', text: 'Offline playback works in the basement as well.' },
      ],
    },
    {
      name: 'Loyalty cards',
      description: 'Stamp cards on phones for six coffee bars.',
      visibleToClient: false,
      start: -10,
      end: 40,
      milestones: [
        {
          name: 'One bar live',
          start: -10,
          due: 15,
          tasks: [
            { name: 'Design the stamp', status: 'DONE', assignee: 'MEMBER', estimateDays: '1', due: -3 },
            {
              name: 'Till integration',
              status: 'IN_PROGRESS',
              assignee: 'CONSULTANT',
              estimateDays: '4',
              due: 8,
              tags: ['backend'],
            },
          ],
        },
      ],
      conversation: [{ from: 'CONSULTANT', text: 'The till answers in test mode.' }],
    },
  ],
};

/** The demo content in the organization's language. */
export const contentFor = (locale: string): DemoContent => (locale.startsWith('fr') ? french : english);
