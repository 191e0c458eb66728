import { Tabs } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Page } from '../../lib/page.tsx';
import { ApiKeys } from './api-keys.tsx';
import { Webhooks } from './webhooks.tsx';

/** What integrators need: keys, webhooks, and the log of what was sent. */
export default function Integrations(): ReactNode {
  const { t } = useTranslation();
  return (
    <Page title={t('nav.integrations')}>
      <Tabs
        destroyOnHidden
        items={[
          { key: 'keys', label: t('keys.title'), children: <ApiKeys /> },
          { key: 'webhooks', label: t('webhooks.title'), children: <Webhooks /> },
        ]}
      />
    </Page>
  );
}
