import { Button, Form, InputNumber, Select, Switch } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { graphql } from '../../gql/index.ts';
import type { BotSettingsInput } from '../../gql/graphql.ts';
import { useAction } from '../../lib/action.ts';
import { useFormat } from '../../lib/format.ts';
import { State } from '../../lib/page.tsx';
import { RulesPreview } from './rules-preview.tsx';

const SETTINGS = graphql(`
  query BotSettings {
    botSettings { enabled answerThreshold listThreshold handoverPhrases learns rephrases }
    botProviders { embeddings chat chatTokens chatTokensPerMonth }
  }
`);
const SAVE = graphql(`
  mutation SaveBotSettings($input: BotSettingsInput!) {
    saveBotSettings(input: $input) { status errors { field message } settings { enabled } }
  }
`);

/** When the bot answers, lists or hands over. */
export function BotRules(): ReactNode {
  const { t } = useTranslation();
  const act = useAction();
  const [{ data, fetching, error }] = useQuery({ query: SETTINGS });
  const format = useFormat();
  const providers = data?.botProviders;
  const [tried, setTried] = useState<BotSettingsInput | null>(null);
  return (
    <State fetching={fetching && !data} error={error}>
      <div className="rules"><Form<BotSettingsInput>
        layout="vertical"
        style={{ flex: '1 1 320px', maxWidth: 520 }}
        initialValues={data?.botSettings}
        onValuesChange={(_, input: BotSettingsInput) => setTried(input)}
        onFinish={(input) => void act(SAVE, { input }, t('common.saved'))}
      >
        <Form.Item name="enabled" label={t('rules.enabled')} valuePropName="checked">
          <Switch />
        </Form.Item>
        <Form.Item name="answerThreshold" label={t('rules.answer')} extra={t('rules.answerHint')}>
          <InputNumber min={0} max={1} step={0.05} />
        </Form.Item>
        <Form.Item name="listThreshold" label={t('rules.list')} extra={t('rules.listHint')}>
          <InputNumber min={0} max={1} step={0.01} />
        </Form.Item>
        <Form.Item name="learns" label={t('rules.learns')} valuePropName="checked">
          <Switch />
        </Form.Item>
        <Form.Item name="rephrases" label={t('rules.rephrases')} valuePropName="checked" extra={providers?.chat ? t('rules.tokens', { used: format.number(providers.chatTokens), all: format.number(providers.chatTokensPerMonth) }) : t('rules.noChat')}>
          <Switch disabled={!providers?.chat} />
        </Form.Item>
        <Form.Item name="handoverPhrases" label={t('rules.phrases')}>
          <Select mode="tags" open={false} suffixIcon={null} />
        </Form.Item>
        {providers?.embeddings && <p style={{ color: 'var(--soft)' }}>{t('rules.meanings')}</p>}
        <Button type="primary" htmlType="submit">{t('common.save')}</Button>
      </Form>
      {data && <RulesPreview input={tried ?? data.botSettings} />}</div>
    </State>
  );
}
