import { fold, group } from '../src/runs/fold';
import { aRun } from './fake';

const cell = { notebook: 'a.ipynb', cell: 'c1' };

describe('fold', () => {
  it('puts the re-runs of a cell under the latest one, failures inside', () => {
    const runs = [
      aRun('3', cell),
      aRun('x', { notebook: 'a.ipynb', cell: 'c2' }),
      aRun('2', { ...cell, status: 'FAILED' }),
      aRun('1', cell)
    ];
    const rows = fold(runs);
    expect(rows.map(row => row.latest.run_id)).toEqual(['3', 'x']);
    expect(rows[0].earlier.map(run => run.run_id)).toEqual(['2', '1']);
  });

  it('keeps runs without a cell apart', () => {
    expect(fold([aRun('1'), aRun('2')])).toHaveLength(2);
  });

  it('keeps equal cell ids of two notebooks apart', () => {
    expect(
      fold([aRun('1', cell), aRun('2', { ...cell, notebook: 'b.ipynb' })])
    ).toHaveLength(2);
  });
});

describe('group', () => {
  it('puts the notebook in front first and shows no run twice', () => {
    const mine = aRun('1', cell);
    const groups = group(
      [mine],
      [aRun('9', { notebook: 'b.ipynb' }), mine],
      'a.ipynb'
    );
    expect(
      groups.map(found => [found.notebook, found.here, found.folds.length])
    ).toEqual([
      ['a.ipynb', true, 1],
      ['b.ipynb', false, 1]
    ]);
  });

  it('names the notebook in front although it has no runs yet', () => {
    expect(group([], [], 'a.ipynb')).toEqual([
      { notebook: 'a.ipynb', here: true, folds: [] }
    ]);
  });

  it('is empty without notebook and runs', () => {
    expect(group([], [], '')).toEqual([]);
  });
});
