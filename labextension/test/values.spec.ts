import {
  choicesOf,
  collect,
  kindOf,
  read,
  readFor,
  shown
} from '../src/pipelines/values';

describe('kindOf', () => {
  it('follows the declared type, else the default', () => {
    const kinds = [
      { name: 'a', type: 'int', default: 1 },
      { name: 'b', type: 'float', default: 1 },
      { name: 'c', type: 'bool', default: true },
      { name: 'd', type: 'str', default: 'x' },
      { name: 'e', type: 'list', default: [1] },
      { name: 'f', default: 1.5 },
      { name: 'g', default: 'x' },
      { name: 'h', default: null }
    ].map(kindOf);
    expect(kinds).toEqual([
      'integer',
      'number',
      'boolean',
      'text',
      'json',
      'number',
      'text',
      'json'
    ]);
  });
});

describe('what is declared', () => {
  it('chooses the control', () => {
    const declared = { name: 'x', default: null };
    const kinds = [
      { ...declared, type: 'str', choices: ['a', 'b'] },
      { ...declared, type: 'date' },
      { ...declared, type: 'datetime' },
      { ...declared, type: 'Path' },
      { ...declared, type: 'str', secret: true, choices: ['a'] },
      { ...declared, type: 'any', default: 1 },
      { ...declared, type: 'bool', nullable: true }
    ].map(kindOf);
    expect(kinds).toEqual([
      'choice',
      'date',
      'datetime',
      'text',
      'text',
      'integer',
      'json'
    ]);
  });

  it('offers the default and nothing where they are no choices', () => {
    const name = 'x';
    expect(choicesOf({ name, choices: [1, 2], default: 3 })).toEqual([1, 2, 3]);
    const nullable = { name, choices: ['a'], default: 'a', nullable: true };
    expect(choicesOf(nullable)).toEqual(['a', null]);
  });

  it('holds numbers within their range', () => {
    const c = {
      name: 'C',
      type: 'float',
      default: 1,
      minimum: 0.1,
      maximum: 2
    };
    expect(readFor(c, '0.05')).toBeNull();
    expect(readFor(c, '2.5')).toBeNull();
    expect(readFor(c, '2')).toEqual({ value: 2 });
    expect(readFor({ ...c, maximum: null }, '99')).toEqual({ value: 99 });
  });

  it('reads an empty box as no value only where there may be none', () => {
    const limit = { name: 'limit', type: 'int', default: 5 };
    expect(readFor(limit, '')).toBeNull();
    expect(readFor({ ...limit, nullable: true }, '')).toEqual({ value: null });
    const where = { name: 'where', type: 'str', default: 'x', nullable: true };
    expect(readFor(where, '')).toEqual({ value: '' });
    expect(shown({ name: 'where', type: 'str', default: null })).toBe('');
  });

  it('takes the name of a secret, never a secret', () => {
    const key = { name: 'key', secret: true, default: 'secret:API_KEY' };
    expect(readFor(key, 'hunter2')).toBeNull();
    expect(readFor(key, 'secret: ')).toBeNull();
    expect(readFor(key, 'secret:OTHER')).toEqual({ value: 'secret:OTHER' });
  });

  it('keeps the type of a choice', () => {
    const c = { name: 'depth', type: 'int', choices: [1, 2], default: 1 };
    expect(shown(c)).toBe('1');
    expect(collect([c], { depth: '2' }).values).toEqual({ depth: 2 });
  });

  it('refuses days that are none and integers that would lose digits', () => {
    expect(read('date', '2024-02-29')).toEqual({ value: '2024-02-29' });
    expect(read('date', 'soon')).toBeNull();
    expect(read('integer', '12345678901234567890')).toBeNull();
  });
});

describe('read', () => {
  it('refuses what does not fit', () => {
    expect(read('integer', '1.5')).toBeNull();
    expect(read('number', '')).toBeNull();
    expect(read('number', 'x')).toBeNull();
    expect(read('json', '{')).toBeNull();
  });

  it('keeps types', () => {
    expect(read('integer', '3')).toEqual({ value: 3 });
    expect(read('number', '1e-3')).toEqual({ value: 0.001 });
    expect(read('boolean', 'false')).toEqual({ value: false });
    expect(read('text', '3')).toEqual({ value: '3' });
    expect(read('json', '[1, null]')).toEqual({ value: [1, null] });
  });
});

describe('collect', () => {
  const parameters = [
    { name: 'month', type: 'int', default: 3 },
    { name: 'where', type: 'str', default: 'x' }
  ];

  it('sends only what differs from the default', () => {
    const texts = { month: '4', where: shown(parameters[1]) };
    expect(collect(parameters, texts)).toEqual({
      values: { month: 4 },
      wrong: []
    });
  });

  it('names what does not fit', () => {
    expect(collect(parameters, { month: 'four' }).wrong).toEqual(['month']);
  });
});
