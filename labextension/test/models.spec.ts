import { Complaint } from '../src/client/complaint';
import type { IRunning } from '../src/client/wire';
import { PipelinesModel } from '../src/pipelines/model';
import { RegistryModel } from '../src/registry/model';
import { RunsModel } from '../src/runs/model';
import { aRun, FakeClient, page } from './fake';

describe('SectionModel', () => {
  let client: FakeClient;
  let model: RegistryModel;

  beforeEach(() => {
    client = new FakeClient();
    model = new RegistryModel({ client });
  });

  afterEach(() => model.dispose());

  it('asks nothing while nobody looks', async () => {
    await model.refresh();
    expect(model.value).toBeNull();
  });

  it('looks as soon as it is shown, and tells', async () => {
    let told = 0;
    model.stateChanged.connect(() => {
      told += 1;
    });
    client.found = [{ name: 'churn', versions: [] }];
    model.shown = true;
    await model.refresh();
    expect(model.value).toBe(client.found);
    expect(told).toBe(1);
  });

  it('stays silent when nothing has changed', async () => {
    model.shown = true;
    await model.refresh();
    let told = 0;
    model.stateChanged.connect(() => {
      told += 1;
    });
    await model.refresh();
    expect(told).toBe(0);
  });

  it('keeps what it knew when the server fails, says why, and recovers', async () => {
    model.shown = true;
    await model.refresh();
    client.failure = new Complaint(503, {
      message: 'MLflow is away',
      hint: 'nbops doctor'
    });
    await model.refresh();
    expect(model.value).toBe(client.found);
    expect(model.error).toBe('MLflow is away → nbops doctor');
    client.failure = null;
    await model.refresh();
    expect(model.error).toBe('');
  });

  it('looks again after a write', async () => {
    model.shown = true;
    await model.refresh();
    client.found = [{ name: 'new', versions: [] }];
    const changed = new Promise(resolve => model.stateChanged.connect(resolve));
    await client.assign();
    await changed;
    expect(model.value).toBe(client.found);
  });

  it('keeps rows open while what they show is fetched anew', async () => {
    model.shown = true;
    await model.refresh();
    let told = 0;
    model.stateChanged.connect(() => {
      told += 1;
    });
    model.toggle('wine/1');
    expect(told).toBe(1);
    client.found = [{ name: 'wine', versions: [] }];
    await model.refresh();
    expect(model.isOpen('wine/1')).toBe(true);
    model.toggle('wine/1');
    expect(model.isOpen('wine/1')).toBe(false);
  });

  it('tells of nothing while it is held, and once of all when it is let go', async () => {
    model.shown = true;
    await model.refresh();
    let told = 0;
    model.stateChanged.connect(() => {
      told += 1;
    });
    model.held = true;
    client.found = [{ name: 'wine', versions: [] }];
    await model.refresh();
    expect(told).toBe(0);
    model.held = false;
    expect(told).toBe(1);
    expect(model.value).toBe(client.found);
    model.held = false;
    expect(told).toBe(1);
  });

  it('can be thrown away twice, and asks nothing afterwards', async () => {
    model.shown = true;
    model.dispose();
    model.dispose();
    await client.assign();
    await model.refresh();
    expect(model.isDisposed).toBe(true);
    expect(model.value).toBeNull();
  });
});

describe('RunsModel', () => {
  it('asks for the notebook in front and for all, and puts the former first', async () => {
    const client = new FakeClient();
    client.notebook = 'a.ipynb';
    client.here = page([aRun('1', { notebook: 'a.ipynb' })]);
    client.all = page(
      [aRun('2', { notebook: 'b.ipynb' }), aRun('1', { notebook: 'a.ipynb' })],
      7
    );
    const model = new RunsModel({ client });
    model.shown = true;
    await model.refresh();
    expect(model.value?.groups.map(group => group.notebook)).toEqual([
      'a.ipynb',
      'b.ipynb'
    ]);
    expect([model.value?.total, model.value?.loaded]).toEqual([7, 2]);
    model.dispose();
  });

  it('searches on the server', async () => {
    const client = new FakeClient();
    const model = new RunsModel({ client });
    model.shown = true;
    model.query = 'forest';
    await model.refresh();
    expect(client.asked.pop()).toEqual({
      query: 'forest',
      hidden: false,
      limit: 100
    });
    model.dispose();
  });

  it('shows only starred runs when asked to', async () => {
    const client = new FakeClient();
    client.all = page([aRun('1', { starred: true }), aRun('2')]);
    const model = new RunsModel({ client });
    model.shown = true;
    await model.refresh();
    model.starred = true;
    await model.refresh();
    expect(model.value?.groups[0].folds.map(row => row.latest.run_id)).toEqual([
      '1'
    ]);
    model.dispose();
  });

  it('shows a change at once, and takes it back when the server refuses', async () => {
    const client = new FakeClient();
    client.all = page([aRun('1')]);
    const model = new RunsModel({ client });
    const starred = () => model.value?.groups[0].folds[0].latest.starred;
    model.shown = true;
    await model.refresh();
    client.failure = new Error('no');
    const change = model.change('1', { star: true });
    expect(starred()).toBe(true);
    await expect(change).rejects.toThrow('no');
    expect(starred()).toBeUndefined();
    model.dispose();
  });

  it('leaves drift runs to the section of drift', async () => {
    const client = new FakeClient();
    client.all = page([aRun('1', { kind: 'drift' })]);
    const model = new RunsModel({ client });
    model.shown = true;
    await model.refresh();
    expect(model.value?.groups).toEqual([]);
    model.dispose();
  });

  it('asks for longer pages, within what the server gives', async () => {
    const client = new FakeClient();
    const model = new RunsModel({ client });
    model.shown = true;
    for (let times = 0; times < 6; times++) {
      await model.more();
    }
    expect(client.asked.pop()?.limit).toBe(500);
    model.dispose();
  });
});

describe('PipelinesModel', () => {
  it('knows what is under way', async () => {
    const client = new FakeClient();
    const model = new PipelinesModel({ client });
    const done = model.run('wine', { C: 1 });
    expect(model.isRunning('wine')).toBe(true);
    expect(model.running).toMatchObject([
      { run: '', pipeline: 'wine', cells: 0, parameters: { C: 1 } }
    ]);
    expect(await done).toBe('march');
    expect(model.isRunning('wine')).toBe(false);
    expect(model.running).toEqual([]);
    expect(client.ran).toEqual([['wine', { C: 1 }]]);
    model.dispose();
  });

  it('knows how far a proof is until there is a verdict', async () => {
    const client = new FakeClient();
    const model = new PipelinesModel({ client });
    expect(model.verifying('wine')).toBeUndefined();
    const done = model.verify('wine');
    expect(model.verifying('wine')).toMatchObject({ cell: 2, cells: 8 });
    expect((await done).told).toBe('accuracy differs');
    expect(model.verifying('wine')).toBeUndefined();
    model.dispose();
  });

  it('forgets what failed', async () => {
    const client = new FakeClient();
    client.failure = new Error('cell 3 raised KeyError');
    const model = new PipelinesModel({ client });
    await expect(model.run('wine', {})).rejects.toThrow('KeyError');
    expect(model.isRunning('wine')).toBe(false);
    model.dispose();
  });
});

describe('PipelinesModel, of what runs', () => {
  const running: IRunning = {
    run: 'r1',
    pipeline: 'wine',
    path: 'pipelines/wine.ipynb',
    cell: 2,
    cells: 9,
    title: '',
    started: 1000,
    state: 'running'
  };
  let client: FakeClient;
  let model: PipelinesModel;

  beforeEach(async () => {
    client = new FakeClient();
    client.live = { running: [running], now: 1090 };
    model = new PipelinesModel({ client });
    model.shown = true;
    await until(model, () => model.value !== null && model.running.length > 0);
  });

  afterEach(() => model.dispose());

  it('knows runs that others have started, and for how long by the clock of the server', () => {
    expect(model.running).toEqual([running]);
    expect(model.isRunning('wine')).toBe(true);
    expect(model.isRunning('late')).toBe(false);
    expect(Math.floor(model.elapsed(running))).toBe(90);
  });

  it('says at once that a run is being cancelled, and takes it back where that fails', async () => {
    client.failure = new Error('no answer');
    const cancelled = model.cancel('r1');
    expect(model.running[0].state).toBe('cancelling');
    await expect(cancelled).rejects.toThrow('no answer');
    expect(model.running[0].state).toBe('running');
    expect(client.ran).toEqual([['cancel', { run: 'r1' }]]);
  });

  it('shows a run once when it comes to be seen, and cancels it then if that was asked for', async () => {
    let end = () => {};
    client.runPipeline = () =>
      new Promise(resolve => (end = () => resolve({ name: 'late' })));
    const done = model.run('late', {});
    await model.cancelUnseen('late');
    expect(model.running.map(one => [one.run, one.state])).toEqual([
      ['', 'cancelling'],
      ['r1', 'running']
    ]);
    const late: IRunning = { ...running, run: 'r2', pipeline: 'late' };
    client.live = { running: [late, running], now: 1091 };
    const seen = until(model, () => model.running[0].run === 'r2');
    client.changed.emit();
    await seen;
    expect(client.ran).toEqual([['cancel', { run: 'r2' }]]);
    expect(model.running.map(one => one.run)).not.toContain('');
    end();
    await done;
  });

  it('looks at the pipelines again when a run has ended', async () => {
    client.written = [
      { name: 'wine', path: 'w.ipynb', verified: true, parameters: [] }
    ];
    const seen = until(model, () => model.value === client.written);
    await model.cancel('r1');
    await seen;
    expect(model.running).toEqual([]);
  });
});

/** Resolves when *model* tells that *fact* holds. */
function until(model: PipelinesModel, fact: () => boolean): Promise<void> {
  return new Promise(resolve =>
    model.stateChanged.connect(() => {
      if (fact()) {
        resolve();
      }
    })
  );
}
