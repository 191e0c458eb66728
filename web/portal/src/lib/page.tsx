import { Alert, Empty, Spin, Typography } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { CombinedError } from 'urql';

/** Heading and tools of a screen. */
export function Page(props: { title: string; extra?: ReactNode; children: ReactNode }): ReactNode {
  return (
    <section aria-label={props.title}>
      <div style={{ display: 'flex', justifyContent: 'space-between', alignItems: 'center', gap: 12, flexWrap: 'wrap', marginBottom: 12 }}>
        <Typography.Title level={1} style={{ fontSize: 20, margin: 0 }}>
          {props.title}
        </Typography.Title>
        <div style={{ display: 'flex', gap: 8, flexWrap: 'wrap' }}>{props.extra}</div>
      </div>
      {props.children}
    </section>
  );
}

/** Loading, refused, failed or empty; otherwise the children. */
export function State(props: {
  fetching: boolean;
  error: CombinedError | undefined;
  empty?: boolean;
  emptyText?: string;
  children: ReactNode;
}): ReactNode {
  const { t } = useTranslation();
  if (props.error) {
    const forbidden = props.error.graphQLErrors.some((error) => error.extensions.code === 'FORBIDDEN');
    // Outside GraphQL a refusal means that the whole firm is stopped.
    const stopped = (props.error.response as Response | undefined)?.status === 403;
    const text = props.error.graphQLErrors[0]?.message ?? t(stopped ? 'common.suspended' : 'common.offline');
    return <Alert type={forbidden ? 'warning' : 'error'} showIcon title={forbidden ? t('common.forbidden') : text} />;
  }
  if (props.fetching) return <Spin style={{ display: 'block', margin: '48px auto' }} aria-label={t('common.loading')} />;
  if (props.empty) return <Empty description={props.emptyText ?? t('common.empty')} />;
  return props.children;
}
