import { App, Alert, Button, Dropdown, Input, InputNumber, Select, Space, Tabs } from 'antd';
import { type ReactNode, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useBlocker, useParams } from 'react-router';
import { useQuery } from 'urql';
import { graphql } from '../../gql/index.ts';
import type { FlowInput, FlowQuery } from '../../gql/graphql.ts';
import { useAction } from '../../lib/action.ts';
import { Page, State } from '../../lib/page.tsx';
import { useMay } from '../../lib/viewer.tsx';
import { Canvas } from './canvas.tsx';
import { KINDS, type Kind, added, plain, waysOf, withStep, withWay, withoutStep } from './draft.ts';
import { StepForm } from './step-form.tsx';
import { TryPanel } from './try-panel.tsx';
import { Versions } from './versions.tsx';

const FLOW = graphql(`
  query Flow {
    flows {
      id version updatedAt startedBy
      versions { number share started completed handedOver abandoned createdAt }
      draft {
        name { zh en }
        steps {
          key
          say { words { zh en } next }
          ask { slot label { zh en } kind words { zh en } choices { value label { zh en } } pattern least most optional next }
          confirm { words { zh en } yes no }
          branch { slot ways { test value next } otherwise }
          call { url takes { path slot } timeoutSeconds words { zh en } next failed }
          handOver { words { zh en } }
          end { words { zh en } }
        }
        cases { name locale says webhook ends slots { slot value } }
      }
    }
  }
`);
const SAVE = graphql(`
  mutation SaveFlowDraft($id: ID, $version: Int, $draft: FlowInput!) {
    saveFlow(id: $id, expectedVersion: $version, draft: $draft) { status errors { field message } flow { id version } }
  }
`);
const PUBLISH = graphql(`
  mutation PublishFlow($id: ID!, $share: Int!) {
    publishFlow(id: $id, share: $share) { status errors { field message } flow { id } }
  }
`);

type Flow = FlowQuery['flows'][number];

/** A flow: its picture, what each step does, a talk with it, its versions. */
export function FlowEditor(): ReactNode {
  const { t } = useTranslation();
  const { id } = useParams();
  const [{ data, fetching, error }, again] = useQuery({ query: FLOW });
  const flow = data?.flows.find((one) => one.id === id);
  return (
    <State fetching={fetching && !data} error={error} empty={!flow} emptyText={t('common.notFound')}>
      {flow && <Editor key={`${flow.id}-${flow.version}`} flow={flow} onSaved={() => again({ requestPolicy: 'network-only' })} />}
    </State>
  );
}

function Editor(props: { flow: Flow; onSaved: () => void }): ReactNode {
  const { t, i18n } = useTranslation();
  const act = useAction();
  const { modal } = App.useApp();
  const manages = useMay('MANAGE_KNOWLEDGE');
  const { flow } = props;
  const [past, setPast] = useState<FlowInput[]>([]);
  const [draft, setDraft] = useState<FlowInput>(() => plain(flow.draft));
  const [selected, setSelected] = useState<string | undefined>(flow.draft.steps[0]?.key);
  const [share, setShare] = useState(100);
  const change = (next: FlowInput): void => {
    setPast((all) => [...all.slice(-99), draft]);
    setDraft(next);
  };
  // Who leaves the page with unsaved changes is asked.
  const unsaved = past.length > 0;
  useEffect(() => {
    if (!unsaved) return;
    const ask = (event: BeforeUnloadEvent): void => event.preventDefault();
    addEventListener('beforeunload', ask);
    return () => removeEventListener('beforeunload', ask);
  }, [unsaved]);
  const leaving = useBlocker(unsaved);
  useEffect(() => {
    if (leaving.state !== 'blocked') return;
    modal.confirm({ title: t('flow.leave'), okText: t('flow.leaveUnsaved'), okType: 'danger', onOk: () => leaving.proceed(), onCancel: () => leaving.reset() });
  }, [leaving, modal, t]);
  const undo = (): void => {
    const before = past.at(-1);
    if (!before) return;
    setPast(past.slice(0, -1));
    setDraft(before);
  };
  const save = async (): Promise<boolean> => {
    const done = await act(SAVE, { id: flow.id, version: flow.version, draft }, t('common.saved'));
    if (done) props.onSaved();
    return Boolean(done);
  };
  const publish = async (): Promise<void> => {
    if (past.length > 0 && !(await save())) return;
    await act(PUBLISH, { id: flow.id, share }, t('flow.published'));
    props.onSaved();
  };
  const add = (kind: Kind): void => {
    const [longer, key] = added(draft, kind, selected);
    change(longer);
    setSelected(key);
  };
  const remove = (key: string): void => {
    modal.confirm({ title: t('flow.removeStep', { key }), okType: 'danger', onOk: () => { change(withoutStep(draft, key)); setSelected(undefined); } });
  };
  const step = draft.steps.find((one) => one.key === selected);
  const keys = new Set(draft.steps.map((one) => one.key));
  const wrong = new Set(draft.steps.filter((one) => waysOf(one).some((way) => !keys.has(way.to))).map((one) => one.key));
  const name = i18n.language === 'zh-CN' ? draft.name.zh || draft.name.en : draft.name.en || draft.name.zh;
  const connect = (from: string, way: string, to: string): void => {
    const source = draft.steps.find((one) => one.key === from);
    if (source && manages) change(withStep(draft, from, withWay(source, way, to)));
  };
  return (
    <Page
      title={name}
      extra={
        <>
          <Link to="/flows">{t('flow.all')}</Link>
          {manages && (
            <>
              <Dropdown menu={{ items: KINDS.map((kind) => ({ key: kind, label: t(`flow.kind.${kind}`) })), onClick: ({ key }) => add(key as Kind) }} trigger={['click']}>
                <Button>{t('flow.addStep')}</Button>
              </Dropdown>
              <Button onClick={undo} disabled={past.length === 0}>{t('flow.undo')}</Button>
              <Button onClick={() => void save()} disabled={past.length === 0}>{t('common.save')}</Button>
              <Space.Compact>
                <InputNumber aria-label={t('flow.share')} min={5} max={100} step={5} value={share} suffix="%" onChange={(value) => setShare(value ?? 100)} style={{ width: 90 }} />
                <Button type="primary" onClick={() => void publish()}>{t('knowledge.publish')}</Button>
              </Space.Compact>
            </>
          )}
        </>
      }
    >
      {wrong.size > 0 && <Alert type="warning" showIcon style={{ marginBottom: 8 }} title={t('flow.loose', { keys: [...wrong].join(', ') })} />}
      <div className="flow-editor">
        <Canvas draft={draft} selected={selected} wrong={wrong} onSelect={setSelected} onConnect={connect} />
        <div className="pane">
          <Tabs
            style={{ padding: '0 12px 12px' }}
            items={[
              {
                key: 'step',
                label: t('flow.step'),
                children: (
                  <>
                    <Space.Compact block style={{ marginBottom: 12 }}>
                      <Select aria-label={t('flow.step')} style={{ flex: 1 }} value={selected} placeholder={t('flow.choose')} options={draft.steps.map((one) => ({ value: one.key, label: one.key }))} onChange={setSelected} />
                      {step && manages && draft.steps.length > 1 && <Button danger onClick={() => remove(step.key)}>{t('common.remove')}</Button>}
                    </Space.Compact>
                    {step && (
                      <fieldset disabled={!manages} style={{ border: 0, padding: 0, margin: 0 }}>
                        <StepForm draft={draft} step={step} onChange={(next) => { change(withStep(draft, step.key, next)); setSelected(next.key); }} />
                      </fieldset>
                    )}
                  </>
                ),
              },
              { key: 'try', label: t('flow.try'), children: <TryPanel draft={draft} onChange={change} onStep={setSelected} /> },
              { key: 'versions', label: t('flow.versions'), children: <Versions flow={flow} manages={manages} onChange={props.onSaved} /> },
              {
                key: 'name',
                label: t('flow.name'),
                children: (
                  <Space orientation="vertical" style={{ width: '100%' }}>
                    <Input aria-label={`${t('flow.name')} · ${t('flow.in.zh')}`} value={draft.name.zh} maxLength={100} onChange={(event) => change({ ...draft, name: { ...draft.name, zh: event.target.value } })} />
                    <Input aria-label={`${t('flow.name')} · ${t('flow.in.en')}`} value={draft.name.en} maxLength={100} onChange={(event) => change({ ...draft, name: { ...draft.name, en: event.target.value } })} />
                  </Space>
                ),
              },
            ]}
          />
        </div>
      </div>
    </Page>
  );
}
