import { warmest, warmth } from '../src/drift/warmth';
import {
  ago,
  basename,
  figure,
  lasting,
  moment,
  plain,
  span
} from '../src/sections/words';
import { trans } from './fake';

describe('words', () => {
  it('shows numbers in a few digits', () => {
    const shown = [0.123456, 1e-7, 123456789.5, 12, -0.5, NaN].map(value =>
      figure(value)
    );
    expect(shown).toEqual(['0.1235', '1e-7', '1.235e+8', '12', '-0.5', 'NaN']);
  });

  it('tells times from seconds and from dates', () => {
    expect(moment(2)).toBe(2000);
    expect(moment('1970-01-01T00:00:02Z')).toBe(2000);
    expect(moment(null)).toBeNaN();
  });

  it('runs a clock', () => {
    const shown = [-1, 7.9, 760, 3725].map(span);
    expect(shown).toEqual(['0:00', '0:07', '12:40', '1:02:05']);
  });

  it('says how long ago', () => {
    expect(ago(0, trans, 5000)).toBe('now');
    expect(ago(0, trans, 7_200_000)).toMatch(/2/);
    expect(ago(undefined, trans)).toBe('');
  });

  it('says how long', () => {
    expect([0.0123, 3.21, 125].map(lasting)).toEqual([
      '12 ms',
      '3.2 s',
      '2 min 5 s'
    ]);
  });

  it('shows values on one line', () => {
    expect([plain('x'), plain([1]), plain(undefined), plain(null)]).toEqual([
      'x',
      '[1]',
      '',
      'null'
    ]);
    expect(basename('a/b.ipynb')).toBe('b.ipynb');
  });
});

describe('warmth', () => {
  const column = (name: string, statistic: number, drifted: boolean) => ({
    name,
    statistic,
    threshold: 1,
    drifted
  });

  it('is stronger for what drifted than for anything that did not', () => {
    expect(warmth(column('a', 0.99, false))).toBeLessThan(
      warmth(column('a', 1.01, true))
    );
    expect(warmth(column('a', 99, true))).toBe(1);
    expect(warmth({ name: 'a', drifted: true })).toBeGreaterThan(0);
  });

  it('picks the columns that moved farthest in any report', () => {
    const report = (columns: ReturnType<typeof column>[]) => ({
      watch: 'w',
      state: 'warn' as const,
      columns
    });
    const reports = [
      report([column('a', 2, true), column('b', 1, false)]),
      report([column('c', 5, true)])
    ];
    expect(warmest(reports, 2)).toEqual(['c', 'a']);
    expect(warmest(reports, 1)).toEqual(['c']);
  });
});
