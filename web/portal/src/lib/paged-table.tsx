import { Button, Space, Table, type TableColumnsType } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

/** A table of one page of a connection, with ways to the next page and back to the first. */
export function PagedTable<Row extends object>(props: {
  label: string;
  rows: Row[];
  rowKey: string;
  columns: TableColumnsType<Row>;
  pageInfo: { hasNextPage: boolean; endCursor?: string | null } | undefined;
  after: string | null;
  onAfter: (after: string | null) => void;
}): ReactNode {
  const { t } = useTranslation();
  return (
    <>
      <Table<Row>
        aria-label={props.label}
        size="middle"
        scroll={{ x: 'max-content' }}
        rowKey={props.rowKey}
        dataSource={props.rows}
        columns={props.columns}
        pagination={false}
      />
      <Space style={{ marginTop: 12 }}>
        {props.after && <Button onClick={() => props.onAfter(null)}>{t('common.first')}</Button>}
        {props.pageInfo?.hasNextPage && (
          <Button onClick={() => props.onAfter(props.pageInfo?.endCursor ?? null)}>{t('common.next')}</Button>
        )}
      </Space>
    </>
  );
}
