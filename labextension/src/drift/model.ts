import type { IWatch } from '../client/wire';
import { SectionModel } from '../sections/model';

/** What the watches saw. */
export class DriftModel extends SectionModel<readonly IWatch[]> {
  constructor(options: SectionModel.IOptions) {
    super({ ...options, name: 'drift', interval: 30_000 });
  }

  protected fetch(): Promise<readonly IWatch[]> {
    return this.client.drift();
  }
}
