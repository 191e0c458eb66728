import { Alert, Button, Descriptions, Input, Segmented, Space, Tag } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { graphql } from '../../gql/index.ts';
import type { FlowInput, TryFlowMutation } from '../../gql/graphql.ts';
import { useAction } from '../../lib/action.ts';
import { Markdown } from '../../lib/markdown.tsx';

const TRY = graphql(`
  mutation TryFlow($draft: FlowInput!, $says: [String!]!, $locale: String!, $webhook: String) {
    tryFlow(draft: $draft, says: $says, locale: $locale, webhook: $webhook) {
      status
      errors { field message }
      trial {
        turns { said text step status choices { value label } slots { slot value } }
        cases { name failures }
      }
    }
  }
`);

type Trial = NonNullable<TryFlowMutation['tryFlow']['trial']>;

/** A talk with the draft as a customer would have it; it can be kept as a case. */
export function TryPanel(props: { draft: FlowInput; onChange: (draft: FlowInput) => void; onStep: (key: string) => void }): ReactNode {
  const { t, i18n } = useTranslation();
  const act = useAction();
  const { draft } = props;
  const [locale, setLocale] = useState(i18n.language);
  const [says, setSays] = useState<string[]>([]);
  const [text, setText] = useState('');
  const [webhook, setWebhook] = useState('');
  const [trial, setTrial] = useState<Trial | null>(null);
  const run = async (sentences: string[]): Promise<void> => {
    const done = await act(TRY, { draft, says: sentences, locale, webhook: webhook || null });
    if (!done?.trial) return;
    setSays(sentences);
    setTrial(done.trial);
    const last = done.trial.turns.at(-1);
    if (last) props.onStep(last.step);
  };
  const send = (): void => {
    if (!text.trim()) return;
    setText('');
    void run([...says, text.trim()]);
  };
  const restart = (): void => {
    setSays([]);
    setTrial(null);
  };
  const last = trial?.turns.at(-1);
  const keep = (): void => {
    if (!last) return;
    const slots = last.slots.map(({ slot, value }) => ({ slot, value }));
    const kept = { name: says[0] ?? '', locale, says, webhook: webhook || null, ends: last.status, slots };
    props.onChange({ ...draft, cases: [...(draft.cases ?? []), kept] });
  };
  return (
    <Space orientation="vertical" style={{ width: '100%' }}>
      <Segmented value={locale} onChange={(value) => { setLocale(value); restart(); }} options={[{ value: 'zh-CN', label: '中文' }, { value: 'en-US', label: 'English' }]} />
      <div className="flow-talk" role="log" aria-label={t('flow.try')} tabIndex={0}>
        {trial?.turns.map((turn, index) => (
          <div key={index}>
            <div className="bubble out">{trial.turns[index - 1]?.choices.find((choice) => choice.value === turn.said)?.label ?? turn.said}</div>
            <div className="bubble"><Markdown text={turn.text} /></div>
          </div>
        ))}
        {last && last.status !== 'RUNNING' && <Alert type="info" title={t(`flow.status.${last.status}`)} />}
      </div>
      {last?.status === 'RUNNING' && last.choices.length > 0 && (
        <Space wrap>
          {last.choices.map((choice) => (
            <Button key={choice.value} size="small" onClick={() => void run([...says, choice.value.startsWith('flow:') ? choice.value : choice.label])}>{choice.label}</Button>
          ))}
        </Space>
      )}
      <Space.Compact block>
        <Input aria-label={t('flow.customer')} placeholder={t(says.length === 0 ? 'flow.first' : 'flow.customer')} value={text} disabled={last !== undefined && last.status !== 'RUNNING'} onChange={(event) => setText(event.target.value)} onPressEnter={send} />
        <Button type="primary" onClick={send}>{t('flow.say')}</Button>
      </Space.Compact>
      <Input.TextArea aria-label={t('flow.webhook')} placeholder={t('flow.webhookHint')} value={webhook} autoSize={{ minRows: 1, maxRows: 4 }} onChange={(event) => setWebhook(event.target.value)} />
      <Space wrap>
        <Button onClick={restart} disabled={says.length === 0}>{t('flow.restart')}</Button>
        <Button onClick={keep} disabled={!last}>{t('flow.keep')}</Button>
      </Space>
      {last && last.slots.length > 0 && (
        <Descriptions size="small" bordered column={1} items={last.slots.map((slot) => ({ key: slot.slot, label: slot.slot, children: slot.value }))} />
      )}
      <Cases draft={draft} onChange={props.onChange} />
    </Space>
  );
}

function Cases(props: { draft: FlowInput; onChange: (draft: FlowInput) => void }): ReactNode {
  const { t } = useTranslation();
  const act = useAction();
  const [results, setResults] = useState<Trial['cases'] | null>(null);
  const cases = props.draft.cases ?? [];
  const run = async (): Promise<void> => {
    const done = await act(TRY, { draft: props.draft, says: [], locale: 'en-US', webhook: null });
    if (done?.trial) setResults(done.trial.cases);
  };
  return (
    <>
      <Space>
        <h2 style={{ fontSize: 14, margin: 0 }}>{t('flow.cases')}</h2>
        <Button size="small" disabled={cases.length === 0} onClick={() => void run()}>{t('flow.runCases')}</Button>
      </Space>
      <ul className="flow-cases">
        {cases.map((one, index) => {
          const result = results?.[index];
          return (
            <li key={index}>
              {result && <Tag color={result.failures.length === 0 ? 'success' : 'error'}>{t(result.failures.length === 0 ? 'flow.passed' : 'flow.broken')}</Tag>}
              {one.name}{' '}
              <Button size="small" type="text" aria-label={`${t('common.remove')}: ${one.name}`} onClick={() => { props.onChange({ ...props.draft, cases: cases.filter((_, at) => at !== index) }); setResults(null); }}>×</Button>
              {result?.failures.map((failure) => <div key={failure} style={{ color: 'var(--error)' }}>{failure}</div>)}
            </li>
          );
        })}
      </ul>
    </>
  );
}
