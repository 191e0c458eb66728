import { Tabs } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Page } from '../../lib/page.tsx';
import { Catalog } from './catalog.tsx';
import { DeadLetters } from './dead-letters.tsx';
import { Health } from './health.tsx';
import { Selling } from './selling.tsx';
import { Tenants } from './tenants.tsx';

/** For those who run the platform: its firms, what they are allowed, how it is. Conversations stay out of sight. */
export default function Operator(): ReactNode {
  const { t } = useTranslation();
  return (
    <Page title={t('nav.operator')}>
      <Tabs
        destroyOnHidden
        items={[
          { key: 'tenants', label: t('operator.tenants'), children: <Tenants /> },
          { key: 'billing', label: t('operator.billing'), children: <Selling /> },
          { key: 'catalog', label: t('operator.catalog'), children: <Catalog /> },
          { key: 'health', label: t('operator.health'), children: <Health /> },
          { key: 'letters', label: t('operator.letters'), children: <DeadLetters /> },
        ]}
      />
    </Page>
  );
}
