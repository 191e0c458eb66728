import { Background, Controls, type Connection, type Edge, Handle, MarkerType, type Node, type NodeProps, Position, ReactFlow, useReactFlow, useStoreApi } from '@xyflow/react';
import '@xyflow/react/dist/style.css';
import { Tag } from 'antd';
import { type ReactNode, memo, useEffect, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { FlowInput, FlowStepInput } from '../../gql/graphql.ts';
import { type Kind, kindOf, layout, waysOf, wordsOf } from './draft.ts';

type StepNode = Node<{ step: FlowStepInput; first: boolean; wrong: boolean }, 'step'>;

const COLORS: Record<Kind, string | undefined> = { say: undefined, ask: 'processing', confirm: 'processing', branch: 'warning', call: 'warning', handOver: 'error', end: 'success' };

const Step = memo(function Step({ data, selected }: NodeProps<StepNode>): ReactNode {
  const { t, i18n } = useTranslation();
  const { step } = data;
  const kind = kindOf(step);
  const ways = waysOf(step, t);
  const words = wordsOf(step);
  const text = (i18n.language === 'zh-CN' ? words?.zh || words?.en : words?.en || words?.zh) ?? '';
  return (
    <div className={`flow-step${selected ? ' selected' : ''}${data.wrong ? ' wrong' : ''}`}>
      {!data.first && <Handle type="target" position={Position.Top} />}
      <div><Tag color={COLORS[kind]}>{t(`flow.kind.${kind}`)}</Tag> <strong>{step.key}</strong></div>
      <div className="flow-words">{step.branch ? `{${step.branch.slot}}` : text || '…'}</div>
      <div className="flow-ways">
        {ways.map((way) => (
          <span key={way.id} className={way.to ? '' : 'loose'}>
            {way.label || '↓'}
            <Handle type="source" id={way.id} position={Position.Bottom} />
          </span>
        ))}
      </div>
    </div>
  );
});

const TYPES = { step: Step };

/** Brings the chosen step into view when it is out of it. */
function Follow(props: { place: { x: number; y: number } | undefined }): null {
  const flow = useReactFlow();
  const box = useStoreApi();
  const { place } = props;
  useEffect(() => {
    if (!place) return;
    const { width, height } = box.getState();
    const { x, y } = flow.flowToScreenPosition(place);
    const origin = flow.flowToScreenPosition({ x: 0, y: 0 });
    const { x: left, y: top, zoom } = flow.getViewport();
    const [inX, inY] = [x - origin.x + left, y - origin.y + top];
    if (inX >= 0 && inY >= 0 && inX + 240 * zoom <= width && inY + 100 * zoom <= height) return;
    void flow.setCenter(place.x + 120, place.y + 50, { zoom });
  }, [place, flow, box]);
  return null;
}

/** The flow as a picture: a click chooses a step, a line drawn from a way to a step leads it there. */
export function Canvas(props: {
  draft: FlowInput;
  selected: string | undefined;
  wrong: Set<string>;
  onSelect: (key: string | undefined) => void;
  onConnect: (from: string, way: string, to: string) => void;
}): ReactNode {
  const { t } = useTranslation();
  const { draft, selected, wrong } = props;
  const places = useMemo(() => layout(draft.steps), [draft.steps]);
  const nodes: StepNode[] = draft.steps.map((step, index) => ({
    id: step.key,
    type: 'step',
    position: places.get(step.key) ?? { x: 0, y: 0 },
    data: { step, first: index === 0, wrong: wrong.has(step.key) },
    selected: step.key === selected,
    ariaLabel: `${t(`flow.kind.${kindOf(step)}`)} ${step.key}`,
    width: 240,
  }));
  const keys = new Set(draft.steps.map((step) => step.key));
  const edges: Edge[] = draft.steps.flatMap((step) =>
    waysOf(step, t)
      .filter((way) => keys.has(way.to))
      .map((way) => ({ id: `${step.key}/${way.id}`, source: step.key, sourceHandle: way.id, target: way.to, focusable: false, markerEnd: { type: MarkerType.ArrowClosed } })),
  );
  const connect = ({ source, sourceHandle, target }: Connection): void => {
    if (sourceHandle) props.onConnect(source, sourceHandle, target);
  };
  return (
    <div className="flow-canvas" role="group" aria-label={t('flow.picture')}>
      <ReactFlow
        key={draft.steps.length}
        nodes={nodes}
        edges={edges}
        nodeTypes={TYPES}
        nodesDraggable={false}
        defaultViewport={{ x: 40, y: 20, zoom: 0.8 }}
        minZoom={0.2}
        colorMode={document.documentElement.dataset.theme === 'dark' ? 'dark' : 'light'}
        proOptions={{ hideAttribution: false }}
        deleteKeyCode={null}
        onConnect={connect}
        onNodeClick={(_, node) => props.onSelect(node.id)}
        onNodesChange={(changes) => {
          const chosen = changes.find((change) => change.type === 'select' && change.selected);
          if (chosen?.type === 'select') props.onSelect(chosen.id);
        }}
        onPaneClick={() => props.onSelect(undefined)}
      >
        <Follow key={selected} place={selected === undefined ? undefined : places.get(selected)} />
        <Background />
        <Controls showInteractive={false} />
      </ReactFlow>
    </div>
  );
}
