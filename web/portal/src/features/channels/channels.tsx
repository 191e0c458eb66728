import { App, Button, Card, Collapse, Form, Input, Select, Space, Switch } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { graphql } from '../../gql/index.ts';
import type { ChannelKind, ChannelsQuery, ChannelSettingsInput } from '../../gql/graphql.ts';
import { useAction } from '../../lib/action.ts';
import { Page, State } from '../../lib/page.tsx';
import { Identity } from './identity.tsx';

const CHANNELS = graphql(`
  query Channels {
    channels {
      id kind name publicKey enabled
      settings { greetingZh greetingEn color theme position allowedOrigins offlineForm }
    }
  }
`);
const CREATE = graphql(`
  mutation CreateChannel($kind: ChannelKind!, $name: String!) {
    createChannel(kind: $kind, name: $name) { status errors { field message } channel { id } }
  }
`);
const UPDATE = graphql(`
  mutation UpdateChannel($input: UpdateChannelInput!) {
    updateChannel(input: $input) { status errors { field message } channel { id enabled } }
  }
`);

type Channel = ChannelsQuery['channels'][number];

function Snippet(props: { channel: Channel }): ReactNode {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const code = `<script src="${location.origin}/widget/lingxi.js" data-key="${props.channel.publicKey}" async></script>`;
  const copy = (): void => void navigator.clipboard.writeText(code).then(() => message.success(t('channels.copied')));
  return (
    <>
      <p>{t('channels.snippetHint')}</p>
      <div className="snippet" data-testid="snippet">{code}</div>
      <Space style={{ marginTop: 8 }}>
        <Button onClick={copy}>{t('channels.copy')}</Button>
        <Button type="primary" href={`/try?key=${props.channel.publicKey}`} target="_blank">{t('channels.try')}</Button>
      </Space>
    </>
  );
}

function Look(props: { channel: Channel; onSaved: () => void }): ReactNode {
  const { t } = useTranslation();
  const act = useAction();
  const save = (settings: ChannelSettingsInput): void => {
    void act(UPDATE, { input: { id: props.channel.id, settings } }, t('common.saved')).then(props.onSaved);
  };
  return (
    <Form<ChannelSettingsInput> layout="vertical" initialValues={props.channel.settings} onFinish={save} style={{ maxWidth: 560 }}>
      <Form.Item name="greetingZh" label={t('channels.greetingZh')}><Input maxLength={300} /></Form.Item>
      <Form.Item name="greetingEn" label={t('channels.greetingEn')}><Input maxLength={300} /></Form.Item>
      <Space wrap>
        <Form.Item name="color" label={t('channels.color')}><Input type="color" style={{ width: 72 }} /></Form.Item>
        <Form.Item name="theme" label={t('channels.theme')}>
          <Select style={{ minWidth: 110 }} options={['auto', 'light', 'dark'].map((value) => ({ value, label: t(`theme.${value}`) }))} />
        </Form.Item>
        <Form.Item name="position" label={t('channels.position')}>
          <Select style={{ minWidth: 110 }} options={['right', 'left'].map((value) => ({ value, label: t(`position.${value}`) }))} />
        </Form.Item>
      </Space>
      <Form.Item name="allowedOrigins" label={t('channels.origins')} extra={t('channels.originsHint')}>
        <Select mode="tags" open={false} suffixIcon={null} />
      </Form.Item>
      <Form.Item name="offlineForm" label={t('channels.offlineForm')} extra={t('channels.offlineFormHint')} valuePropName="checked"><Switch /></Form.Item>
      <Button htmlType="submit" type="primary">{t('common.save')}</Button>
    </Form>
  );
}

/** The ways in for customers: snippet, look, on and off. */
export default function Channels(): ReactNode {
  const { t } = useTranslation();
  const act = useAction();
  const [kind, setKind] = useState<ChannelKind>('WEB_CHAT');
  const [name, setName] = useState('');
  const [{ data, fetching, error }, again] = useQuery({ query: CHANNELS });
  const create = async (): Promise<void> => {
    if (await act(CREATE, { kind, name }, t('common.saved'))) {
      setName('');
      again();
    }
  };
  const toggle = (channel: Channel, enabled: boolean): void => {
    void act(UPDATE, { input: { id: channel.id, enabled } }).then(() => again());
  };
  return (
    <Page
      title={t('nav.channels')}
      extra={
        <Space.Compact>
          <Select<ChannelKind> aria-label={t('channels.kind')} value={kind} onChange={setKind} style={{ minWidth: 110 }} options={(['WEB_CHAT', 'API'] as const).map((value) => ({ value, label: t(`channel.${value}`) }))} />
          <Input aria-label={t('channels.name')} placeholder={t('channels.name')} value={name} maxLength={60} onChange={(event) => setName(event.target.value)} />
          <Button disabled={!name.trim()} onClick={() => void create()}>{t('channels.add')}</Button>
        </Space.Compact>
      }
    >
      <State fetching={fetching && !data} error={error} empty={data?.channels.length === 0}>
        {data?.channels.map((channel) => (
          <Card
            key={channel.id}
            style={{ marginBottom: 16 }}
            title={`${channel.name} · ${t(`channel.${channel.kind}`)}`}
            extra={<Switch aria-label={t('channels.enabled')} checked={channel.enabled} onChange={(on) => toggle(channel, on)} />}
          >
            {channel.kind === 'WEB_CHAT' ? (
              <>
                <Snippet channel={channel} />
                <Collapse
                  style={{ marginTop: 16 }}
                  items={[
                    { key: 'look', label: t('channels.look'), children: <Look channel={channel} onSaved={() => again()} /> },
                    { key: 'identity', label: t('identity.title'), children: <Identity channel={channel.id} publicKey={channel.publicKey} /> },
                  ]}
                />
              </>
            ) : (
              <p>{t('channels.apiHint', { id: channel.id })}</p>
            )}
          </Card>
        ))}
      </State>
    </Page>
  );
}
