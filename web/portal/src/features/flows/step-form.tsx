import { Checkbox, Input, InputNumber, Select } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { FlowAskInput, FlowInput, FlowStepInput } from '../../gql/graphql.ts';
import { SLOT_KINDS, slotsOf } from './draft.ts';
import { Choices, Field, Next, Takes, Ways, Words } from './fields.tsx';

type Props = { draft: FlowInput; step: FlowStepInput; onChange: (step: FlowStepInput) => void };

/** What a step does, to be written. */
export function StepForm(props: Props): ReactNode {
  const { t } = useTranslation();
  const { draft, step, onChange } = props;
  const { say, confirm, branch, handOver, end } = step;
  return (
    <>
      <Field label={t('flow.key')}>
        <Input aria-label={t('flow.key')} value={step.key} maxLength={40} onChange={(event) => onChange({ ...step, key: event.target.value.replace(/[^\w-]/g, '') || step.key })} />
      </Field>
      {say && (
        <>
          <Words label={t('flow.says')} value={say.words} onChange={(words) => onChange({ ...step, say: { ...say, words } })} />
          <Next label={t('flow.next')} draft={draft} value={say.next} onChange={(next) => onChange({ ...step, say: { ...say, next } })} />
        </>
      )}
      {step.ask && <Ask {...props} ask={step.ask} />}
      {confirm && (
        <>
          <Words label={t('flow.asks')} value={confirm.words} onChange={(words) => onChange({ ...step, confirm: { ...confirm, words } })} />
          <Next label={t('flow.yes')} draft={draft} value={confirm.yes} onChange={(yes) => onChange({ ...step, confirm: { ...confirm, yes } })} />
          <Next label={t('flow.no')} draft={draft} value={confirm.no} onChange={(no) => onChange({ ...step, confirm: { ...confirm, no } })} />
        </>
      )}
      {branch && (
        <>
          <Field label={t('flow.slot')}>
            <Select aria-label={t('flow.slot')} style={{ width: '100%' }} value={branch.slot || undefined} options={slotsOf(draft).map((slot) => ({ value: slot, label: slot }))} onChange={(slot) => onChange({ ...step, branch: { ...branch, slot } })} />
          </Field>
          <Ways draft={draft} rows={branch.ways} onChange={(ways) => onChange({ ...step, branch: { ...branch, ways } })} />
          <Next label={t('flow.otherwise')} draft={draft} value={branch.otherwise} onChange={(otherwise) => onChange({ ...step, branch: { ...branch, otherwise } })} />
        </>
      )}
      {step.call && <Call {...props} />}
      {handOver && <Words label={t('flow.says')} value={handOver.words} onChange={(words) => onChange({ ...step, handOver: { words } })} />}
      {end && <Words label={t('flow.says')} value={end.words} onChange={(words) => onChange({ ...step, end: { words } })} />}
      <small style={{ color: 'var(--soft)' }}>{t('flow.places', { slots: ['summary', ...slotsOf(draft)].map((slot) => `{${slot}}`).join(' ') })}</small>
    </>
  );
}

const BOUNDED = ['NUMBER', 'MONEY', 'DATE'];

function Ask(props: Props & { ask: FlowAskInput }): ReactNode {
  const { t } = useTranslation();
  const { draft, step, ask, onChange } = props;
  const set = (change: Partial<FlowAskInput>): void => onChange({ ...step, ask: { ...ask, ...change } });
  return (
    <>
      <Words label={t('flow.asks')} value={ask.words} onChange={(words) => set({ words })} />
      <Field label={t('flow.slot')} hint={t('flow.slotHint')}>
        <Input aria-label={t('flow.slot')} value={ask.slot} maxLength={40} onChange={(event) => set({ slot: event.target.value.replace(/[^\w-]/g, '') })} />
      </Field>
      <Words short label={t('flow.label')} value={ask.label} onChange={(label) => set({ label })} />
      <Field label={t('flow.holds')}>
        <Select aria-label={t('flow.holds')} style={{ width: '100%' }} value={ask.kind} options={SLOT_KINDS.map((kind) => ({ value: kind, label: t(`slot.${kind}`) }))} onChange={(kind) => set({ kind })} />
      </Field>
      {ask.kind === 'CHOICE' && <Choices rows={ask.choices ?? []} onChange={(choices) => set({ choices })} />}
      {BOUNDED.includes(ask.kind) && (
        <Field label={t('flow.bounds')} hint={t('flow.boundsHint')}>
          <Input aria-label={t('flow.least')} placeholder={t('flow.least')} value={ask.least ?? ''} onChange={(event) => set({ least: event.target.value || null })} />
          <Input aria-label={t('flow.most')} placeholder={t('flow.most')} value={ask.most ?? ''} onChange={(event) => set({ most: event.target.value || null })} />
        </Field>
      )}
      {(ask.kind === 'TEXT' || ask.kind === 'POLICY_NUMBER') && (
        <Field label={t('flow.pattern')} hint={t('flow.patternHint')}>
          <Input aria-label={t('flow.pattern')} value={ask.pattern ?? ''} maxLength={200} onChange={(event) => set({ pattern: event.target.value || null })} />
        </Field>
      )}
      <Checkbox checked={ask.optional ?? false} onChange={(event) => set({ optional: event.target.checked })} style={{ marginBottom: 12 }}>{t('flow.optional')}</Checkbox>
      <Next label={t('flow.next')} draft={draft} value={ask.next} onChange={(next) => set({ next })} />
    </>
  );
}

function Call(props: Props): ReactNode {
  const { t } = useTranslation();
  const { draft, step, onChange } = props;
  const { call } = step;
  if (!call) return null;
  const set = (change: Partial<typeof call>): void => onChange({ ...step, call: { ...call, ...change } });
  return (
    <>
      <Field label={t('flow.url')} hint={call.url ? undefined : t('flow.noUrl')}>
        <Input aria-label={t('flow.url')} placeholder="https://" value={call.url ?? ''} onChange={(event) => set({ url: event.target.value })} />
      </Field>
      <Words label={t('flow.meanwhile')} value={call.words} onChange={(words) => set({ words })} />
      <Takes rows={call.takes ?? []} onChange={(takes) => set({ takes })} />
      <Field label={t('flow.timeout')}>
        <InputNumber aria-label={t('flow.timeout')} min={1} max={20} value={call.timeoutSeconds} onChange={(seconds) => set({ timeoutSeconds: seconds ?? 10 })} />
      </Field>
      <Next label={t('flow.answered')} draft={draft} value={call.next} onChange={(next) => set({ next })} />
      <Next label={t('flow.failed')} draft={draft} value={call.failed} onChange={(failed) => set({ failed })} />
    </>
  );
}
