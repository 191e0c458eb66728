import { Tabs } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Page } from '../../lib/page.tsx';
import { useMay } from '../../lib/viewer.tsx';
import { Hours } from './hours.tsx';
import { Queues } from './queues.tsx';
import { Workers } from './workers.tsx';

/** Who gets what, when. */
export default function Routing(): ReactNode {
  const { t } = useTranslation();
  const manages = useMay('MANAGE_TENANT');
  const items = [
    { key: 'queues', label: t('routing.queues'), children: <Queues /> },
    { key: 'workers', label: t('routing.workers'), children: <Workers /> },
    ...(manages ? [{ key: 'hours', label: t('routing.hours'), children: <Hours /> }] : []),
  ];
  return (
    <Page title={t('nav.routing')}>
      <Tabs items={items} destroyOnHidden />
    </Page>
  );
}
