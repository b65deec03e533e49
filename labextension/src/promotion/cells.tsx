import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { IExplainedCell, IExplanation } from '../client/wire';
import { called, firstLine, inOrder, reasonsOf } from './order';
import { Sentence } from './sentence';

const FEW = 6;

/** What CellList shows: an explanation, or what a pipeline tells of its cells. */
export type Listed = Pick<IExplanation, 'kept' | 'dropped' | 'target'>;

interface IContext {
  trans: TranslationBundle;
  /** Shows the kept cell that is called so. */
  reveal: (name: string) => void;
  known: ReadonlySet<string>;
  onJump?: (cell: string) => void;
}

/** Every execution up to the target in the order in which they ran: kept ones with code, left out ones folded. */
export function CellList(props: {
  explanation: Listed;
  trans: TranslationBundle;
  /** Whether kept cells stand open; where there are few by default. */
  open?: boolean;
  /** Goes to a cell of the notebook. */
  onJump?: (cell: string) => void;
}): JSX.Element {
  const { explanation, trans, onJump } = props;
  const list = React.useRef<HTMLOListElement>(null);
  const reveal = (name: string) => {
    const found = list.current?.querySelector<HTMLDetailsElement>(
      `details[data-called="${name}"]`
    );
    if (found) {
      found.open = true;
      found.scrollIntoView({ block: 'nearest' });
      found.querySelector('summary')?.focus();
    }
  };
  const known = new Set(explanation.kept.map(called));
  const context: IContext = { trans, reveal, known, onJump };
  const few = props.open ?? explanation.kept.length <= FEW;
  const marked = explanation.kept.some(cell => cell.lines.length > 0);
  return (
    <>
      {marked && (
        <p className="jp-Nbops-legend">
          <span className="jp-Nbops-legendMark" aria-hidden="true">
            ▸
          </span>
          {trans.__('lines that kept cells need')}
        </p>
      )}
      <ol
        ref={list}
        className="jp-Nbops-explained"
        aria-label={trans.__('Cells in the order in which they ran')}
      >
        {inOrder(explanation).map(entry =>
          entry.kept ? (
            <li key={entry.cell.index}>
              <Kept
                cell={entry.cell}
                target={entry.cell.index === explanation.target}
                open={few}
                context={context}
              />
            </li>
          ) : (
            <li key={entry.cells[0].index}>
              <LeftOut cells={entry.cells} context={context} />
            </li>
          )
        )}
      </ol>
    </>
  );
}

function Kept(props: {
  cell: IExplainedCell;
  target: boolean;
  open: boolean;
  context: IContext;
}): JSX.Element {
  const { cell, target, context } = props;
  const { trans } = context;
  const [first, ...more] = reasonsOf(cell);
  return (
    <details open={props.open} data-called={called(cell)}>
      <summary>
        <Prompt cell={cell} context={context} />
        <span
          className={`jp-Nbops-stays ${target ? 'jp-mod-target' : 'jp-mod-kept'}`}
        >
          {target ? trans.__('target') : trans.__('kept')}
        </span>
        <code>{firstLine(cell.source ?? '')}</code>
        <span className="jp-Nbops-why">
          <Sentence text={first} {...context} />
        </span>
      </summary>
      {more.map(reason => (
        <p key={reason} className="jp-Nbops-why">
          <Sentence text={reason} {...context} />
        </p>
      ))}
      <Code cell={cell} trans={trans} />
    </details>
  );
}

function LeftOut(props: {
  cells: IExplainedCell[];
  context: IContext;
}): JSX.Element {
  const { cells, context } = props;
  const { trans } = context;
  if (cells.length === 1) {
    return <Dropped cell={cells[0]} context={context} alone />;
  }
  const first = called(cells[0]);
  const last = called(cells[cells.length - 1]);
  return (
    <details className="jp-mod-leftOut">
      <summary>
        <span className="jp-Nbops-prompt">{`${first} – ${last}`}</span>
        <span className="jp-Nbops-stays">
          {trans.__('%1 left out', cells.length)}
        </span>
      </summary>
      {cells.map(cell => (
        <Dropped key={cell.index} cell={cell} context={context} />
      ))}
    </details>
  );
}

function Dropped(props: {
  cell: IExplainedCell;
  context: IContext;
  /** Whether it has no dropped neighbour that it would be folded with. */
  alone?: boolean;
}): JSX.Element {
  const { cell, context, alone } = props;
  const { trans } = context;
  return (
    <details className={alone ? 'jp-mod-leftOut jp-mod-alone' : undefined}>
      <summary>
        <Prompt cell={cell} context={context} />
        {alone && (
          <span className="jp-Nbops-stays">{trans.__('left out')}</span>
        )}
        <code>{firstLine(cell.source ?? '')}</code>
        <span className="jp-Nbops-why">
          <Sentence text={cell.reason ?? ''} {...context} />
        </span>
      </summary>
      <Code cell={cell} trans={trans} />
    </details>
  );
}

function Prompt(props: {
  cell: IExplainedCell;
  context: IContext;
}): JSX.Element {
  const { cell, context } = props;
  const { onJump, trans } = context;
  const id = cell.cell;
  if (!id || !onJump) {
    return <span className="jp-Nbops-prompt">{called(cell)}</span>;
  }
  return (
    <button
      type="button"
      className="jp-Nbops-prompt"
      title={trans.__('Close this and go to cell %1', called(cell))}
      onClick={event => {
        event.preventDefault();
        onJump(id);
      }}
    >
      {called(cell)}
    </button>
  );
}

function Code(props: {
  cell: IExplainedCell;
  trans: TranslationBundle;
}): JSX.Element {
  const { cell, trans } = props;
  const marked = new Set(cell.lines);
  return (
    <pre tabIndex={0} aria-label={trans.__('Code of cell %1', called(cell))}>
      {(cell.source ?? '')
        .replace(/^\n+|\n+$/g, '')
        .split('\n')
        .map((line, index) => (
          <span
            key={index}
            className={marked.has(index + 1) ? 'jp-mod-marked' : undefined}
            title={
              marked.has(index + 1)
                ? trans.__('Line %1 is what kept cells need', index + 1)
                : undefined
            }
          >
            {`${line}\n`}
          </span>
        ))}
    </pre>
  );
}
