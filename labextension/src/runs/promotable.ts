import type { IRun } from '../client/wire';

/** Whether *run* can be sliced: it finished, and its session and execution are known. Its cell's id need not be. */
export function isPromotable(run: IRun): boolean {
  return (
    run.status === 'FINISHED' &&
    (run.kind ?? 'cell') === 'cell' &&
    Boolean(run.session) &&
    typeof run.execution === 'number'
  );
}
