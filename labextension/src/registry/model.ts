import type { IModel } from '../client/wire';
import { SectionModel } from '../sections/model';

/** Model versions and the aliases that point at them. */
export class RegistryModel extends SectionModel<readonly IModel[]> {
  constructor(options: SectionModel.IOptions) {
    super({ ...options, name: 'registry', interval: 30_000 });
  }

  protected fetch(): Promise<readonly IModel[]> {
    return this.client.models();
  }
}
