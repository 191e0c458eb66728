import { Tabs } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { Page } from '../../lib/page.tsx';
import { BillTo } from './bill-to.tsx';
import { Disputes } from './disputes.tsx';
import { DraftBill } from './draft-bill.tsx';
import { Invoices } from './invoices.tsx';
import { Limits } from './limits.tsx';
import { Plans } from './plans.tsx';
import { Usage } from './usage.tsx';
import { WalletAndPayments } from './wallet.tsx';

/** What the firm uses, what it costs, and how it is paid. */
export default function Billing(): ReactNode {
  const { t } = useTranslation();
  const [params, setParams] = useSearchParams();
  return (
    <Page title={t('nav.billing')}>
      <Tabs
        destroyOnHidden
        activeKey={params.get('tab') ?? 'bill'}
        onChange={(tab) => setParams({ tab }, { replace: true })}
        items={[
          { key: 'bill', label: t('billing.bill'), children: <DraftBill /> },
          { key: 'usage', label: t('billing.usage'), children: <Usage /> },
          { key: 'invoices', label: t('billing.invoices'), children: <Invoices /> },
          { key: 'plan', label: t('billing.plan'), children: <Plans /> },
          { key: 'wallet', label: t('billing.wallet'), children: <WalletAndPayments /> },
          { key: 'limits', label: t('billing.limits'), children: <Limits /> },
          { key: 'billTo', label: t('billing.billTo'), children: <BillTo /> },
          { key: 'disputes', label: t('billing.disputes'), children: <Disputes /> },
        ]}
      />
    </Page>
  );
}
