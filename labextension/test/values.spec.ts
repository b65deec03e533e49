import { collect, kindOf, read, shown } from '../src/pipelines/values';

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
