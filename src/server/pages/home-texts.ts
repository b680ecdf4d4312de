import type { Role } from '../../identity/roles.ts';
import type { Language } from '../../lib/language.ts';
import type { OrganizationStatus } from '../../tenancy/tables.ts';

interface HomeTexts {
  what: string;
  signIn: string;
  email: string;
  password: string;
  forgotten: string;
  passwordSet: string;
  organizations: string;
  nowhere: string;
  open: string;
  signedInAs: string;
  signOut: string;
  roles: Record<Role, string>;
}

export const texts: Record<Language, HomeTexts> = {
  en: {
    what: 'Projects, tasks, milestones, time and messages of many organizations behind one GraphQL API; the data of each is kept apart. Sign in to explore yours.',
    signIn: 'Sign in',
    email: 'E-mail address',
    password: 'Password',
    forgotten: 'Forgot your password?',
    passwordSet: 'Your password is set. Sign in with it.',
    organizations: 'Your organizations',
    nowhere: 'You do not belong to an organization yet. Ask an administrator to invite you.',
    open: 'Open GraphiQL',
    signedInAs: 'Signed in as',
    signOut: 'Sign out',
    roles: {
      OWNER: 'Owner',
      ADMIN: 'Administrator',
      MANAGER: 'Manager',
      CONSULTANT: 'Consultant',
      MEMBER: 'Member',
      CLIENT: 'Client',
    },
  },
  fr: {
    what: 'Projets, tâches, jalons, temps et messages de nombreuses organisations derrière une seule API GraphQL ; les données de chacune restent séparées. Connectez-vous pour explorer les vôtres.',
    signIn: 'Se connecter',
    email: 'Adresse e-mail',
    password: 'Mot de passe',
    forgotten: 'Mot de passe oublié ?',
    passwordSet: 'Votre mot de passe est enregistré. Connectez-vous.',
    organizations: 'Vos organisations',
    nowhere: 'Vous n’appartenez encore à aucune organisation. Demandez une invitation à un administrateur.',
    open: 'Ouvrir GraphiQL',
    signedInAs: 'Connecté en tant que',
    signOut: 'Se déconnecter',
    roles: {
      OWNER: 'Propriétaire',
      ADMIN: 'Administrateur',
      MANAGER: 'Responsable',
      CONSULTANT: 'Consultant',
      MEMBER: 'Membre',
      CLIENT: 'Client',
    },
  },
};

/** Why an organization cannot be opened. */
export const statuses: Record<Language, Record<Exclude<OrganizationStatus, 'ACTIVE'>, string>> = {
  en: { PROVISIONING: 'being created', SUSPENDED: 'suspended', ARCHIVED: 'archived', DELETING: 'being deleted' },
  fr: {
    PROVISIONING: 'en cours de création',
    SUSPENDED: 'suspendue',
    ARCHIVED: 'archivée',
    DELETING: 'en cours de suppression',
  },
};
