import { Button, Input, Select, Space } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { FlowChoiceInput, FlowInput, FlowTakeInput, FlowTest, FlowWayInput, WordsInput } from '../../gql/graphql.ts';

/** A labelled field. */
export function Field(props: { label: string; hint?: string; children: ReactNode }): ReactNode {
  return (
    <div style={{ marginBottom: 12 }}>
      <div style={{ fontWeight: 600 }}>{props.label}</div>
      {props.children}
      {props.hint && <small style={{ color: 'var(--soft)' }}>{props.hint}</small>}
    </div>
  );
}

/** Words in both languages. */
export function Words(props: { label: string; value: WordsInput; short?: boolean; onChange: (value: WordsInput) => void }): ReactNode {
  const { t } = useTranslation();
  const { value, label } = props;
  const field = (locale: 'zh' | 'en'): ReactNode => {
    const shared = { 'aria-label': `${label} · ${t(`flow.in.${locale}`)}`, placeholder: t(`flow.in.${locale}`), value: value[locale], maxLength: 1000 };
    const change = (text: string): void => props.onChange({ ...value, [locale]: text });
    return props.short
      ? <Input {...shared} onChange={(event) => change(event.target.value)} />
      : <Input.TextArea {...shared} autoSize={{ minRows: 2, maxRows: 6 }} onChange={(event) => change(event.target.value)} />;
  };
  return <Field label={label}><Space orientation="vertical" style={{ width: '100%' }}>{field('zh')}{field('en')}</Space></Field>;
}

/** The step that a way leads to. */
export function Next(props: { label: string; draft: FlowInput; value: string; onChange: (key: string) => void }): ReactNode {
  const { t } = useTranslation();
  return (
    <Field label={props.label}>
      <Select
        aria-label={props.label}
        style={{ width: '100%' }}
        status={props.draft.steps.some((step) => step.key === props.value) ? undefined : 'error'}
        placeholder={t('flow.nowhere')}
        value={props.value || undefined}
        options={props.draft.steps.map((step) => ({ value: step.key, label: step.key }))}
        onChange={props.onChange}
      />
    </Field>
  );
}

/** Rows that can be added and removed. */
function Rows<T>(props: { label: string; rows: T[]; blank: T; onChange: (rows: T[]) => void; children: (row: T, change: (row: T) => void, index: number) => ReactNode }): ReactNode {
  const { t } = useTranslation();
  const { rows } = props;
  return (
    <Field label={props.label}>
      {rows.map((row, index) => (
        <div key={index} style={{ display: 'flex', gap: 6, marginBottom: 6, alignItems: 'start' }}>
          <div style={{ flex: 1 }}>{props.children(row, (changed) => props.onChange(rows.map((one, at) => (at === index ? changed : one))), index)}</div>
          <Button size="small" aria-label={`${t('common.remove')} ${index + 1}`} onClick={() => props.onChange(rows.filter((_, at) => at !== index))}>×</Button>
        </div>
      ))}
      <Button size="small" onClick={() => props.onChange([...rows, props.blank])}>{t('flow.addRow')}</Button>
    </Field>
  );
}

export function Choices(props: { rows: FlowChoiceInput[]; onChange: (rows: FlowChoiceInput[]) => void }): ReactNode {
  const { t } = useTranslation();
  return (
    <Rows label={t('flow.choices')} rows={props.rows} blank={{ value: '', label: { zh: '', en: '' } }} onChange={props.onChange}>
      {(row, change, index) => (
        <Space.Compact block>
          <Input aria-label={`${t('flow.value')} ${index + 1}`} placeholder={t('flow.value')} value={row.value} onChange={(event) => change({ ...row, value: event.target.value })} />
          <Input aria-label={`${t('flow.in.zh')} ${index + 1}`} placeholder={t('flow.in.zh')} value={row.label.zh} onChange={(event) => change({ ...row, label: { ...row.label, zh: event.target.value } })} />
          <Input aria-label={`${t('flow.in.en')} ${index + 1}`} placeholder={t('flow.in.en')} value={row.label.en} onChange={(event) => change({ ...row, label: { ...row.label, en: event.target.value } })} />
        </Space.Compact>
      )}
    </Rows>
  );
}

const TESTS: FlowTest[] = ['EQUALS', 'LESS', 'MORE', 'GIVEN'];

export function Ways(props: { draft: FlowInput; rows: FlowWayInput[]; onChange: (rows: FlowWayInput[]) => void }): ReactNode {
  const { t } = useTranslation();
  return (
    <Rows label={t('flow.ways')} rows={props.rows} blank={{ test: 'EQUALS', value: '', next: '' }} onChange={props.onChange}>
      {(row, change, index) => (
        <Space.Compact block>
          <Select aria-label={`${t('flow.testOf')} ${index + 1}`} value={row.test} options={TESTS.map((test) => ({ value: test, label: t(`flow.test.${test}`) }))} onChange={(test) => change({ ...row, test })} style={{ minWidth: 90 }} />
          <Input aria-label={`${t('flow.value')} ${index + 1}`} disabled={row.test === 'GIVEN'} value={row.value} onChange={(event) => change({ ...row, value: event.target.value })} />
          <Select aria-label={`${t('flow.next')} ${index + 1}`} value={row.next || undefined} placeholder="→" options={props.draft.steps.map((step) => ({ value: step.key, label: step.key }))} onChange={(next) => change({ ...row, next })} style={{ minWidth: 110 }} />
        </Space.Compact>
      )}
    </Rows>
  );
}

export function Takes(props: { rows: FlowTakeInput[]; onChange: (rows: FlowTakeInput[]) => void }): ReactNode {
  const { t } = useTranslation();
  return (
    <Rows label={t('flow.takes')} rows={props.rows} blank={{ path: '', slot: '' }} onChange={props.onChange}>
      {(row, change, index) => (
        <Space.Compact block>
          <Input aria-label={`${t('flow.path')} ${index + 1}`} placeholder="claim.status" value={row.path} onChange={(event) => change({ ...row, path: event.target.value })} />
          <Input aria-label={`${t('flow.slot')} ${index + 1}`} placeholder={t('flow.slot')} value={row.slot} onChange={(event) => change({ ...row, slot: event.target.value })} />
        </Space.Compact>
      )}
    </Rows>
  );
}
