import type { INbopsCommands } from '../tokens';

/** Ids of the commands. */
export const ids: INbopsCommands = {
  open: 'nbops:open',
  refresh: 'nbops:refresh',
  jump: 'nbops:jump-to-cell',
  promote: 'nbops:promote',
  register: 'nbops:register',
  assign: 'nbops:assign',
  rollback: 'nbops:roll-back',
  change: 'nbops:change-run',
  remove: 'nbops:delete-run',
  openNotebook: 'nbops:open-notebook',
  runPipeline: 'nbops:run-pipeline',
  cancelPipeline: 'nbops:cancel-pipeline',
  verifyPipeline: 'nbops:verify-pipeline'
};
