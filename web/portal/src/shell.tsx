import { Button, Layout, Menu, Select, Space, Tag } from 'antd';
import { Suspense, lazy, type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Route, Routes, useLocation, useNavigate } from 'react-router';
import type { Activity, Permission } from './gql/graphql.ts';
import { currentLocale, setLocale } from './lib/i18n.ts';
import { useMyWorker } from './lib/my-worker.ts';
import { post } from './lib/post.ts';
import { useMay, useViewer } from './lib/viewer.tsx';

const Home = lazy(() => import('./features/home/home.tsx'));
const Inbox = lazy(() => import('./features/inbox/inbox.tsx'));
const Offers = lazy(() => import('./features/inbox/offers.tsx'));
const Contacts = lazy(() => import('./features/contacts/contacts.tsx'));
const Knowledge = lazy(() => import('./features/knowledge/knowledge.tsx'));
const Flows = lazy(() => import('./features/flows/flows.tsx'));
const Channels = lazy(() => import('./features/channels/channels.tsx'));
const Routing = lazy(() => import('./features/routing/routing.tsx'));
const Wallboard = lazy(() => import('./features/wallboard/wallboard.tsx'));
const Members = lazy(() => import('./features/members/members.tsx'));
const Integrations = lazy(() => import('./features/integrations/integrations.tsx'));
const Billing = lazy(() => import('./features/billing/billing.tsx'));
const Audit = lazy(() => import('./features/audit/audit.tsx'));
const Settings = lazy(() => import('./features/settings/settings.tsx'));
const Operator = lazy(() => import('./features/operator/operator.tsx'));

/** Every screen: its path, the right it needs (or that it is the operators'), and what is drawn. */
const SCREENS: { path: string; name: string; needs: Permission | 'OPERATOR'; element: ReactNode }[] = [
  { path: '/', name: 'home', needs: 'READ_TENANT', element: <Home /> },
  { path: '/inbox', name: 'inbox', needs: 'READ_CONVERSATIONS', element: <Inbox /> },
  { path: '/contacts', name: 'contacts', needs: 'READ_CONVERSATIONS', element: <Contacts /> },
  { path: '/wallboard', name: 'wallboard', needs: 'SUPERVISE', element: <Wallboard /> },
  { path: '/knowledge', name: 'knowledge', needs: 'READ_KNOWLEDGE', element: <Knowledge /> },
  { path: '/flows', name: 'flows', needs: 'READ_KNOWLEDGE', element: <Flows /> },
  { path: '/channels', name: 'channels', needs: 'MANAGE_CHANNELS', element: <Channels /> },
  { path: '/routing', name: 'routing', needs: 'MANAGE_ROUTING', element: <Routing /> },
  { path: '/members', name: 'members', needs: 'MANAGE_MEMBERS', element: <Members /> },
  { path: '/integrations', name: 'integrations', needs: 'MANAGE_API_KEYS', element: <Integrations /> },
  { path: '/billing', name: 'billing', needs: 'READ_BILLING', element: <Billing /> },
  { path: '/audit', name: 'audit', needs: 'READ_AUDIT', element: <Audit /> },
  { path: '/settings', name: 'settings', needs: 'READ_TENANT', element: <Settings /> },
  { path: '/operator', name: 'operator', needs: 'OPERATOR', element: <Operator /> },
];

const ACTIVITIES: Activity[] = ['AVAILABLE', 'BUSY', 'AWAY', 'OFFLINE'];

function ActivityPicker(): ReactNode {
  const { t } = useTranslation();
  const [me, set] = useMyWorker();
  if (!me) return null;
  return (
    <Space size="small">
      {me.pausedAt && <Tag color="warning" style={{ margin: 0 }}>{t('shell.paused')}</Tag>}
      <Select
        aria-label={t('shell.activity')}
        value={me.activity}
        status={me.pausedAt ? 'warning' : ''}
        style={{ minWidth: 110 }}
        options={ACTIVITIES.map((value) => ({ value, label: t(`activity.${value}`) }))}
        onChange={(activity) => void set(activity)}
      />
    </Space>
  );
}

/** Menu, head and the screen of the address. */
export function Shell(props: { dark: boolean; onTheme: () => void }): ReactNode {
  const { t } = useTranslation();
  const viewer = useViewer();
  const serves = useMay('SERVE');
  const [folded, setFolded] = useState(false);
  const navigate = useNavigate();
  const { pathname } = useLocation();
  const shown = SCREENS.filter((screen) => (screen.needs === 'OPERATOR' ? viewer.operator : viewer.permissions.includes(screen.needs)));
  const current = shown.find((screen) => screen.path !== '/' && pathname.startsWith(screen.path))?.path ?? '/';
  const other = currentLocale() === 'zh-CN' ? 'en-US' : 'zh-CN';
  const signOut = (): void => void post('/auth/sign-out', {}).then(() => location.assign('/sign-in'));
  return (
    <Layout style={{ minHeight: '100vh' }}>
      <Layout.Sider
        collapsible
        collapsed={folded}
        onCollapse={setFolded}
        trigger={null}
        breakpoint="lg"
        collapsedWidth={0}
        theme={props.dark ? 'dark' : 'light'}
        width={190}
        style={{ position: 'sticky', insetBlockStart: 0, height: '100vh', overflow: 'auto', borderInlineEnd: folded ? 'none' : '1px solid var(--line)' }}
      >
        <div style={{ padding: 16, fontWeight: 700 }}>{t('app.name')}</div>
        <nav aria-label={t('shell.menu')}>
          <Menu
            mode="inline"
            theme={props.dark ? 'dark' : 'light'}
            style={{ borderInlineEnd: 'none' }}
            selectedKeys={[current]}
            items={shown.map((screen) => ({ key: screen.path, label: t(`nav.${screen.name}`) }))}
            onClick={({ key }) => void navigate(key)}
          />
        </nav>
      </Layout.Sider>
      <Layout>
        <Layout.Header className="head">
          <Button aria-label={t('shell.menu')} aria-expanded={!folded} onClick={() => setFolded(!folded)}>
            ☰
          </Button>
          <strong className="firm">{viewer.tenant.name}</strong>
          <Space size="small" wrap>
            {serves && viewer.member && <ActivityPicker />}
            <Button onClick={props.onTheme}>{props.dark ? t('shell.light') : t('shell.dark')}</Button>
            <Button lang={other} onClick={() => void setLocale(other)}>
              {other === 'zh-CN' ? '中文' : 'English'}
            </Button>
            <Button onClick={signOut}>{t('shell.signOut')}</Button>
          </Space>
        </Layout.Header>
        <Layout.Content style={{ padding: 16 }} role="main">
          {serves && viewer.member && (
            <Suspense>
              <Offers />
            </Suspense>
          )}
          <Suspense fallback={<p role="status">{t('common.loading')}</p>}>
            <Routes>
              {shown.map((screen) => (
                <Route key={screen.path} path={screen.path === '/' ? '/' : `${screen.path}/*`} element={screen.element} />
              ))}
              <Route path="*" element={<p>{t('common.notFound')}</p>} />
            </Routes>
          </Suspense>
        </Layout.Content>
      </Layout>
    </Layout>
  );
}
