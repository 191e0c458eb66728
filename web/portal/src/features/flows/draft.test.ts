import { expect, test } from 'vitest';
import { added, layout, newStep, plain, slotsOf, waysOf, withStep, withoutStep } from './draft.ts';

const words = { zh: '', en: 'x' };
const draft = {
  name: words,
  steps: [
    { key: 'a', confirm: { words, yes: 'b', no: 'c' } },
    { key: 'b', ask: { slot: 'day', label: words, kind: 'DATE' as const, words, next: 'c' } },
    { key: 'c', end: { words } },
  ],
};

test('a renamed step is followed by the ways that led to it', () => {
  const renamed = withStep(draft, 'c', { key: 'bye', end: { words } });
  expect(renamed.steps.flatMap((step) => waysOf(step).map((way) => way.to))).toEqual(['b', 'bye', 'bye']);
});

test('ways to a step that is gone lead nowhere', () => {
  expect(withoutStep(draft, 'b').steps.map((step) => waysOf(step).map((way) => way.to))).toEqual([['', 'c'], []]);
});

test('a new step stands between the chosen one and what followed it', () => {
  const [longer, key] = added(draft, 'say', 'b');
  expect(longer.steps.map((step) => step.key)).toEqual(['a', 'b', key, 'c']);
  expect(waysOf(longer.steps[1] ?? newStep('end', '', '')).map((way) => way.to)).toEqual([key]);
  expect(waysOf(longer.steps[2] ?? newStep('end', '', '')).map((way) => way.to)).toEqual(['c']);
  expect(added(longer, 'end', 'c')[0].steps.length).toBe(5);
});

test('steps are drawn below what leads to them, ways back aside, unreached ones last', () => {
  const back = { key: 'c', confirm: { words, yes: 'a', no: '' } };
  const places = layout([...draft.steps.slice(0, 2), back, { key: 'lost', end: { words } }]);
  expect([...places.entries()].map(([key, place]) => [key, place.y])).toEqual([['a', 0], ['b', 150], ['c', 300], ['lost', 450]]);
});

test('what the server gives as null is left out', () => {
  expect(plain({ a: null, b: [{ c: null, d: 0 }] })).toEqual({ b: [{ d: 0 }] });
  expect(slotsOf(draft)).toEqual(['day']);
});
