import type { IStatus } from '../client/wire';
import { SectionModel } from '../sections/model';

/** The workspace at a glance. */
export class StatusModel extends SectionModel<IStatus> {
  constructor(options: SectionModel.IOptions) {
    super({ ...options, name: 'status', interval: 20_000 });
  }

  protected fetch(): Promise<IStatus> {
    return this.client.status();
  }
}
