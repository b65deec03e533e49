import { Notification } from '@jupyterlab/apputils';
import { inWords } from '../client/complaint';

const SHORTLY = 8000;

/**
 * Show how *promise* goes on as a notification: *pending* until it is settled, then what *done* makes of its
 * result, or why it was rejected.
 *
 * @returns The result, or null where it was rejected.
 */
export async function follow<T>(
  promise: Promise<T>,
  pending: string,
  done: (result: T) => string
): Promise<T | null> {
  let said = '';
  const settled = promise.then(result => {
    said = done(result);
    return said;
  });
  Notification.promise<string>(settled, {
    pending: { message: pending, options: { autoClose: false } },
    success: { message: () => said, options: { autoClose: SHORTLY } },
    error: { message: inWords, options: { autoClose: false } }
  });
  return promise.catch(() => null);
}

/** Show why *promise* was rejected; say nothing when it was not. */
export async function complain(promise: Promise<unknown>): Promise<boolean> {
  try {
    await promise;
    return true;
  } catch (reason) {
    Notification.error(inWords(reason), { autoClose: SHORTLY });
    return false;
  }
}
