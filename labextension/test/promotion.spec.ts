import { Complaint } from '../src/client/complaint';
import { merged } from '../src/promotion/cautions';
import { PromotionModel } from '../src/promotion/model';
import {
  called,
  firstLine,
  inOrder,
  listed,
  pieces,
  reasonsOf
} from '../src/promotion/order';
import { readProgress } from '../src/promotion/progress';
import { isPromotable } from '../src/runs/promotable';
import { aCell, aRun, FakeClient } from './fake';

describe('PromotionModel', () => {
  let client: FakeClient;
  let model: PromotionModel;

  beforeEach(() => {
    client = new FakeClient();
    model = new PromotionModel({ client, run: 'r' });
  });

  afterEach(() => model.dispose());

  it('asks what would be kept, and proposes a name', async () => {
    const asked = model.load();
    expect(model.stage).toBe('loading');
    await asked;
    expect(model.stage).toBe('ready');
    expect(model.explanation?.total).toBe(4);
    expect(model.name).toBe('late');
  });

  it('says why a run cannot be promoted, and may be asked again', async () => {
    client.failure = new Complaint(409, {
      message: 'run late is FAILED',
      hint: '%promote 0123abcd'
    });
    await model.load();
    expect(model.stage).toBe('refused');
    expect(model.error).toBe('run late is FAILED → %promote 0123abcd');
    client.failure = null;
    await model.load();
    expect([model.stage, model.error]).toEqual(['ready', '']);
  });

  it('proves under the name that was given, tells how far it is, and ends with the verdict', async () => {
    await model.load();
    model.name = ' later ';
    const done = model.promote();
    expect(model.stage).toBe('proving');
    expect(model.progress).toEqual(
      readProgress('verifying late: cell 2/8 · df = 1 · 0:01')
    );
    await done;
    expect(model.stage).toBe('done');
    expect(model.outcome?.verified).toBe(true);
    expect(client.ran).toEqual([['r', { name: 'later' }]]);
  });

  it('stays where it was when the promotion is refused', async () => {
    await model.load();
    client.failure = new Error('late.ipynb was edited');
    await model.promote();
    expect([model.stage, model.error]).toEqual([
      'ready',
      'late.ipynb was edited'
    ]);
  });

  it('knows that it was the name that was refused, until there is another one', async () => {
    await model.load();
    client.failure = new Complaint(409, {
      error: 'PipelineEdited',
      message: 'pipelines/late.ipynb was edited since it was promoted'
    });
    await model.promote();
    expect([model.stage, model.nameTaken]).toEqual(['ready', true]);
    model.name = 'later';
    expect([model.nameTaken, model.error]).toEqual([false, '']);
  });

  it('does not begin without a name, or twice', async () => {
    await model.promote();
    await model.load();
    model.name = ' ';
    await model.promote();
    model.name = 'late';
    await Promise.all([model.promote(), model.promote()]);
    expect(client.ran).toHaveLength(1);
  });
});

describe('inOrder', () => {
  it('puts cells into the order in which they ran and joins dropped neighbours', () => {
    const [one, two, three, four, five] = [1, 2, 3, 4, 5].map(index =>
      aCell(index)
    );
    expect(inOrder({ kept: [two, five], dropped: [one, three, four] })).toEqual(
      [
        { kept: false, cells: [one] },
        { kept: true, cell: two },
        { kept: false, cells: [three, four] },
        { kept: true, cell: five }
      ]
    );
  });
});

describe('listed', () => {
  it('shows what a pipeline tells, also where it was promoted before cells had places', () => {
    const cells = listed({
      kept: [{ count: 2, reason: 'defines `a`; defines `b`' }, { count: 5 }],
      dropped: [{ count: 3 }]
    });
    expect(cells.target).toBe(5);
    expect(inOrder(cells).map(entry => entry.kept)).toEqual([
      true,
      false,
      true
    ]);
    expect(reasonsOf(cells.kept[0])).toEqual(['defines `a`', 'defines `b`']);
  });
});

describe('words about cells', () => {
  it('call a cell by its count, else by its place', () => {
    expect(called(aCell(7))).toBe('[7]');
    expect(called(aCell(7, { count: null }))).toBe('[#7]');
  });

  it('show the first line that is not about tracking', () => {
    expect(firstLine('%%track late\n\nC = 1\nfit()')).toBe('C = 1 …');
    expect(firstLine('%%track')).toBe('%%track');
    expect(firstLine('')).toBe('');
  });

  it('prefer the reasons one by one', () => {
    const edges = [
      { text: 'kept: defines `x`', subject: 'x', line: 1, reader: 4 }
    ];
    expect(reasonsOf(aCell(1, { reason: 'both', edges }))).toEqual([
      'defines `x`'
    ]);
    expect(reasonsOf(aCell(1, { reason: 'both' }))).toEqual(['both']);
  });

  it('take a sentence apart at names and cells, and leave everything else as words', () => {
    expect(pieces('defines `df`, which [7] reads <b>')).toEqual([
      { kind: 'words', text: 'defines ' },
      { kind: 'name', text: 'df' },
      { kind: 'words', text: ', which ' },
      { kind: 'cell', text: '[7]' },
      { kind: 'words', text: ' reads <b>' }
    ]);
  });
});

describe('merged', () => {
  it('says once what is said of several names, or twice', () => {
    const held = ' is by reference, so that its rows will not be compared';
    expect(
      merged([
        `\`a\`${held}`,
        'x',
        `\`b\`${held}`,
        'x',
        `\`a\`${held}`,
        '`c` y'
      ])
    ).toEqual([
      '`a` and `b` are by reference, so that their rows will not be compared',
      'x',
      '`c` y'
    ]);
    expect(merged([`\`a\`${held}`])).toEqual([`\`a\`${held}`]);
  });
});

describe('readProgress', () => {
  it('reads the lines that a proof writes', () => {
    const line = 'verifying late with every cell: cell 3/12 · x = 1 · 0:07';
    expect(Object.values(readProgress(line) ?? {})).toEqual([
      'verifying late with every cell',
      3,
      12,
      'x = 1'
    ]);
    expect(readProgress('verifying a: cell 1/2 · 0:00')?.title).toBe('');
    expect(readProgress('verifying a: cell 1/2 (0 s)')).toBeNull();
    expect(readProgress('')).toBeNull();
  });
});

describe('isPromotable', () => {
  const run = aRun('r', { kind: 'cell', session: 's', execution: 3 });

  it('needs the execution, not the id of the cell', () => {
    expect(isPromotable(run)).toBe(true);
    expect(isPromotable({ ...run, cell: null })).toBe(true);
  });

  it('leaves out what the server would refuse', () => {
    expect(isPromotable({ ...run, status: 'FAILED' })).toBe(false);
    expect(isPromotable({ ...run, kind: 'pipeline' })).toBe(false);
    expect(isPromotable({ ...run, session: null })).toBe(false);
    expect(isPromotable({ ...run, execution: null })).toBe(false);
  });
});
