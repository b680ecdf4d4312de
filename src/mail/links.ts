/** Addresses that mails lead to. Each token works once, expires, and is stored as a hash only. */
export interface MailLinks {
  acceptInvitation(token: string): string;
  verifyEmail(token: string): string;
  resetPassword(token: string): string;
  signIn(): string;
}

/**
 * Links to our own pages, or to the same paths of the organization's own front end. There the token is behind `#`, which
 * browsers send to nobody; our pages work without scripts and take it from the query; they tell no other site their address.
 */
export function mailLinks({ publicUrl, appUrl }: { publicUrl: string; appUrl: string | undefined }): MailLinks {
  const start = (path: string) => (appUrl === undefined ? `${publicUrl}${path}?token=` : `${appUrl}${path}#token=`);
  const link = (path: string) => (token: string) => start(path) + encodeURIComponent(token);
  return {
    acceptInvitation: link('/accept-invitation'),
    verifyEmail: link('/verify-email'),
    resetPassword: link('/reset-password'),
    signIn: () => `${appUrl ?? publicUrl}/sign-in`,
  };
}
