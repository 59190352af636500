// Telling whether a session has ended, by what came in place of an answer.

const LOGIN_PATH = '/accounts/login/';

/** Say whether an answer is the sign-in page instead of what was asked for. */
export function isSignIn(response) {
  return response.redirected && new URL(response.url).pathname === LOGIN_PATH;
}
