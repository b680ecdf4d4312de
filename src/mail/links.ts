/** Builds the links in mails. Each token works once, expires, and is stored only as a hash. */
export interface MailLinks {
  acceptInvitation(token: string): string;
  verifyEmail(token: string): string;
  resetPassword(token: string): string;
  signIn(): string;
  /** A page of the installation's own front end; its first page without one. */
  open(path: string): string;
}

/**
 * Links to our own pages, or to the same paths of the installation's own front end (APP_URL). A front end gets the
 * token after `#`, which browsers do not send to servers. Our pages work without scripts, so they get it in the query;
 * their Referrer-Policy keeps the address from other sites.
 */
export function mailLinks({ publicUrl, appUrl }: { publicUrl: string; appUrl: string | undefined }): MailLinks {
  const start = (path: string) => (appUrl === undefined ? `${publicUrl}${path}?token=` : `${appUrl}${path}#token=`);
  const link = (path: string) => (token: string) => start(path) + encodeURIComponent(token);
  return {
    acceptInvitation: link('/accept-invitation'),
    verifyEmail: link('/verify-email'),
    resetPassword: link('/reset-password'),
    signIn: () => `${appUrl ?? publicUrl}/sign-in`,
    open: (path) => (appUrl === undefined ? `${publicUrl}/` : `${appUrl}${path}`),
  };
}
