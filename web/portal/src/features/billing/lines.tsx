import { Button, Table, Tag } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { graphql } from '../../gql/index.ts';
import type { LinesFragment } from '../../gql/graphql.ts';
import { useFormat } from '../../lib/format.ts';
import { Evidence } from './evidence.tsx';
import { useWords } from './words.ts';

graphql(`
  fragment Lines on BillLine {
    kind charge plan meter model from to quantity free size trial taxPercent
    name { zh en }
    pieces { quantity unit flat amount { amount currency } }
    net { amount currency } tax { amount currency } gross { amount currency }
  }
`);

/** The lines of a bill; each that is about usage opens its evidence. */
export function Lines(props: { lines: LinesFragment[] }): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const words = useWords();
  const [opened, setOpened] = useState<LinesFragment | null>(null);
  const { lines } = props;
  const several = new Set(lines.map((line) => `${line.from}${line.to}`)).size > 1;
  const price = (line: LinesFragment): string => {
    const [only] = line.pieces;
    if (!only || line.pieces.length > 1) return line.pieces.length > 1 ? t('billing.tiers', { count: line.pieces.length }) : '';
    if (line.model === 'PERCENTAGE') return `${only.unit} %`;
    return line.size ? `${format.decimal(only.unit)} / ${format.decimal(line.size)}` : format.decimal(only.unit);
  };
  return (
    <>
      <Table<LinesFragment>
        rowKey={(line) => `${line.kind}${line.charge}${line.from}${line.plan}`}
        aria-label={t('billing.lines')}
        pagination={false}
        size="middle"
        scroll={{ x: 'max-content' }}
        dataSource={lines}
        expandable={{
          rowExpandable: (line) => line.pieces.length > 1,
          expandedRowRender: (line) => (
            <ul>
              {line.pieces.map((piece) => (
                <li key={`${piece.unit}${piece.quantity}`}>
                  {t('billing.piece', { quantity: format.decimal(piece.quantity), unit: piece.unit, flat: piece.flat, amount: format.money(piece.amount) })}
                </li>
              ))}
            </ul>
          ),
        }}
        columns={[
          {
            title: t('billing.line'),
            render: (_, line) => (
              <>
                {words(line.name)} {line.trial && <Tag color="success">{t('billing.trial')}</Tag>}
                {line.kind === 'ADJUSTMENT' && <Tag color="warning">{t('billing.adjustment')}</Tag>}
                {(several || line.kind === 'ADJUSTMENT') && <div style={{ color: 'var(--soft)' }}>{t('billing.span', { from: format.date(line.from), to: format.date(new Date(Date.parse(line.to) - 1).toISOString()), plan: line.plan })}</div>}
              </>
            ),
          },
          { title: t('billing.quantity'), render: (_, line) => (line.meter ? format.decimal(line.quantity) : ''), align: 'right' },
          { title: t('billing.free'), render: (_, line) => (line.free === '0' ? '' : format.number(Number(line.free))), align: 'right' },
          { title: t('billing.price'), render: (_, line) => price(line), align: 'right' },
          { title: t('billing.net'), render: (_, line) => format.money(line.net), align: 'right' },
          { title: t('billing.tax'), render: (_, line) => `${format.money(line.tax)}${line.taxPercent === '0' ? '' : ` (${line.taxPercent} %)`}`, align: 'right' },
          { title: t('billing.gross'), render: (_, line) => format.money(line.gross), align: 'right' },
          {
            title: t('common.actions'),
            render: (_, line) => line.meter && <Button size="small" aria-label={t('billing.evidenceOf', { meter: words(line.name) })} onClick={() => setOpened(line)}>{t('billing.evidence')}</Button>,
          },
        ]}
      />
      {opened?.meter && <Evidence meter={opened.meter} name={words(opened.name)} from={opened.from} to={opened.to} onClose={() => setOpened(null)} />}
    </>
  );
}
