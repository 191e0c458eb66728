import type { FlowInput, FlowStepInput, WordsInput, SlotKind } from '../../gql/graphql.ts';

/** What a step does. */
export const KINDS = ['say', 'ask', 'confirm', 'branch', 'call', 'handOver', 'end'] as const;
export type Kind = (typeof KINDS)[number];
export const SLOT_KINDS: SlotKind[] = ['TEXT', 'NUMBER', 'DATE', 'MONEY', 'PHONE', 'PLATE', 'POLICY_NUMBER', 'CHINESE_ID', 'CHOICE'];

/** A way on from a step: its name, what it is called beside the arrow, and the key of the step that it leads to. */
type Way = { id: string; label: string; to: string };

export const kindOf = (step: FlowStepInput): Kind => KINDS.find((kind) => step[kind]) ?? 'end';

/** Without what the server gives and does not take: fields that are null. */
export function plain<T>(value: T): T {
  if (Array.isArray(value)) return value.map((one) => plain<unknown>(one)) as T;
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).filter(([, field]) => field !== null);
  return Object.fromEntries(entries.map(([key, field]) => [key, plain<unknown>(field)])) as T;
}

/** What a step says, if anything. */
export function wordsOf(step: FlowStepInput): WordsInput | undefined {
  return (step.say ?? step.ask ?? step.confirm ?? step.call ?? step.handOver ?? step.end)?.words;
}

/** The ways on from a step. `t` names those that have no name of their own. */
export function waysOf(step: FlowStepInput, t: (key: string) => string = (key) => key): Way[] {
  if (step.say) return [{ id: 'next', label: '', to: step.say.next }];
  if (step.ask) return [{ id: 'next', label: '', to: step.ask.next }];
  if (step.confirm) {
    return [{ id: 'yes', label: t('common.yes'), to: step.confirm.yes }, { id: 'no', label: t('common.no'), to: step.confirm.no }];
  }
  if (step.call) {
    return [{ id: 'next', label: t('flow.answered'), to: step.call.next }, { id: 'failed', label: t('flow.failed'), to: step.call.failed }];
  }
  if (step.branch) {
    const ways = step.branch.ways.map((way, index) => ({ id: `way-${index}`, label: `${t(`flow.test.${way.test}`)} ${way.value ?? ''}`.trim(), to: way.next }));
    return [...ways, { id: 'otherwise', label: t('flow.otherwise'), to: step.branch.otherwise }];
  }
  return [];
}

/** The step with one of its ways leading elsewhere. */
export function withWay(step: FlowStepInput, id: string, to: string): FlowStepInput {
  if (step.say) return { ...step, say: { ...step.say, next: to } };
  if (step.ask) return { ...step, ask: { ...step.ask, next: to } };
  if (step.confirm) return { ...step, confirm: { ...step.confirm, [id]: to } };
  if (step.call) return { ...step, call: { ...step.call, [id]: to } };
  if (!step.branch) return step;
  if (id === 'otherwise') return { ...step, branch: { ...step.branch, otherwise: to } };
  const index = Number(id.slice('way-'.length));
  return { ...step, branch: { ...step.branch, ways: step.branch.ways.map((way, at) => (at === index ? { ...way, next: to } : way)) } };
}

/** The draft with a step in another form; where its key changes, the ways that led to it follow. */
export function withStep(draft: FlowInput, key: string, step: FlowStepInput): FlowInput {
  const renamed = step.key !== key;
  const follow = (one: FlowStepInput): FlowStepInput =>
    waysOf(one).reduce((all, way) => (renamed && way.to === key ? withWay(all, way.id, step.key) : all), one);
  return { ...draft, steps: draft.steps.map((one) => follow(one.key === key ? step : one)) };
}

/** The draft without a step; ways that led to it lead nowhere. */
export function withoutStep(draft: FlowInput, key: string): FlowInput {
  const loosened = (one: FlowStepInput): FlowStepInput => waysOf(one).reduce((all, way) => (way.to === key ? withWay(all, way.id, '') : all), one);
  return { ...draft, steps: draft.steps.filter((one) => one.key !== key).map(loosened) };
}

/** A new step of a kind, which leads to `next`. */
export function newStep(kind: Kind, key: string, next: string): FlowStepInput {
  const words = { zh: '', en: '' };
  const steps: Record<Kind, FlowStepInput> = {
    say: { key, say: { words, next } },
    ask: { key, ask: { slot: key, label: words, kind: 'TEXT', words, choices: [], optional: false, next } },
    confirm: { key, confirm: { words, yes: next, no: '' } },
    branch: { key, branch: { slot: '', ways: [{ test: 'EQUALS', value: '', next }], otherwise: '' } },
    call: { key, call: { url: '', takes: [], timeoutSeconds: 10, words, next, failed: '' } },
    handOver: { key, handOver: { words } },
    end: { key, end: { words } },
  };
  return steps[kind];
}

/** The draft with a new step behind a chosen one, or at its end; and the new step's key. */
export function added(draft: FlowInput, kind: Kind, after: string | undefined): [FlowInput, string] {
  const keys = new Set(draft.steps.map((step) => step.key));
  let number = draft.steps.length + 1;
  while (keys.has(`step-${number}`)) number += 1;
  const key = `step-${number}`;
  const before = draft.steps.find((step) => step.key === after);
  const way = before && waysOf(before)[0];
  const step = newStep(kind, key, way?.to ?? '');
  const steps = draft.steps.flatMap((one) => (one === before && way ? [withWay(one, way.id, key), step] : [one]));
  return [{ ...draft, steps: way ? steps : [...steps, step] }, key];
}

/** Slots that get a value somewhere. */
export function slotsOf(draft: FlowInput): string[] {
  const named = draft.steps.flatMap((step) => [step.ask?.slot, ...(step.call?.takes ?? []).map((take) => take.slot)]);
  return [...new Set(named.filter((slot): slot is string => Boolean(slot)))];
}

/** Where each step is drawn: below everything that leads to it, ways back aside; what nothing leads to comes last. */
export function layout(steps: FlowStepInput[]): Map<string, { x: number; y: number }> {
  const ways = new Map(steps.map((step) => [step.key, waysOf(step).map((way) => way.to)]));
  const order: string[] = [];
  const forward: [string, string][] = [];
  const state = new Map<string, 'open' | 'done'>();
  const visit = (key: string): void => {
    state.set(key, 'open');
    for (const to of ways.get(key) ?? []) {
      if (!ways.has(to) || state.get(to) === 'open') continue;
      forward.push([key, to]);
      if (!state.has(to)) visit(to);
    }
    state.set(key, 'done');
    order.unshift(key);
  };
  const first = steps[0];
  if (first) visit(first.key);
  const rows = new Map(order.map((key) => [key, 0]));
  for (const key of order) {
    for (const [, to] of forward.filter(([from]) => from === key)) rows.set(to, Math.max(rows.get(to) ?? 0, (rows.get(key) ?? 0) + 1));
  }
  const last = Math.max(-1, ...rows.values()) + 1;
  const filled = new Map<number, number>();
  return new Map(
    steps.map((step) => {
      const row = rows.get(step.key) ?? last;
      const column = filled.get(row) ?? 0;
      filled.set(row, column + 1);
      return [step.key, { x: column * 270, y: row * 150 }];
    }),
  );
}
