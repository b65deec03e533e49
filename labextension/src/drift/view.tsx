import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { IReport, IWatch, IWindow } from '../client/wire';
import { inState, Light, Notice } from '../sections/parts';
import { ago, inFull } from '../sections/words';
import { Strip } from './strip';

const SHOWN_COLUMNS = 8;

/** The section of drift: a light for each watch, its months, and the columns that moved. */
export function Drift(props: {
  watches: readonly IWatch[];
  trans: TranslationBundle;
}): JSX.Element {
  const { watches, trans } = props;
  if (watches.length === 0) {
    return (
      <Notice
        title={trans.__('Nothing is watched')}
        body={trans.__(
          'Hold new data against the data that a model was trained on:'
        )}
        code="%drift CURRENT REFERENCE"
      />
    );
  }
  return (
    <>
      {watches.map(watch => (
        <Watch key={watch.name} watch={watch} trans={trans} />
      ))}
    </>
  );
}

function Watch(props: {
  watch: IWatch;
  trans: TranslationBundle;
}): JSX.Element {
  const { watch, trans } = props;
  const [chosen, setChosen] = React.useState<number | null>(null);
  const last = watch.reports.length - 1;
  const index = Math.min(chosen ?? last, last);
  const report = watch.reports[index];
  return (
    <section className="jp-Nbops-watch" aria-label={watch.name}>
      <h3 className="jp-Nbops-heading" title={watch.name}>
        <Light state={watch.state} trans={trans} />
        <span className="jp-Nbops-headingName">{watch.name}</span>
        {watch.version && (
          <span className="jp-Nbops-hint">{`v${watch.version}`}</span>
        )}
      </h3>
      {report ? (
        <>
          <Strip
            reports={watch.reports}
            chosen={index}
            trans={trans}
            onChoose={setChosen}
          />
          <Report report={report} trans={trans} />
        </>
      ) : (
        <div className="jp-Nbops-hint jp-Nbops-line">
          {trans.__('No reports yet.')}
        </div>
      )}
    </section>
  );
}

function Report(props: {
  report: IReport;
  trans: TranslationBundle;
}): JSX.Element {
  const { report, trans } = props;
  const moved = report.columns
    .filter(column => column.drifted)
    .sort((a, b) => strength(b) - strength(a));
  return (
    <div className="jp-Nbops-report" aria-live="polite">
      <div className="jp-Nbops-reportTitle">
        <b>{report.label || inFull(report.created)}</b>
        <span>{inState(report.state, trans)}</span>
        <span className="jp-Nbops-time" title={inFull(report.created)}>
          {ago(report.created, trans)}
        </span>
      </div>
      <div className="jp-Nbops-compared">
        <Side side={report.reference} trans={trans} />
      </div>
      <div className="jp-Nbops-compared">
        <span aria-label={trans.__('compared with')}>→</span>
        <Side side={report.current} trans={trans} />
      </div>
      {moved.length === 0 && (
        <div className="jp-Nbops-hint">{trans.__('No column moved.')}</div>
      )}
      <ul className="jp-Nbops-moved">
        {moved.slice(0, SHOWN_COLUMNS).map(column => (
          <li key={column.name}>
            <span className="jp-Nbops-movedName" title={column.name}>
              {column.name}
            </span>
            {column.role && (
              <span className="jp-Nbops-chip">{column.role}</span>
            )}
            {column.sentence && <p>{column.sentence}</p>}
          </li>
        ))}
      </ul>
      {moved.length > SHOWN_COLUMNS && (
        <div className="jp-Nbops-hint">
          {trans.__('and %1 more columns', moved.length - SHOWN_COLUMNS)}
        </div>
      )}
    </div>
  );
}

function Side(props: {
  side: IWindow | null | undefined;
  trans: TranslationBundle;
}): JSX.Element {
  const { side, trans } = props;
  const rows =
    typeof side?.rows === 'number'
      ? trans.__('%1 rows', side.rows.toLocaleString())
      : '';
  const dates = [side?.from, side?.to].filter(Boolean).join(' – ');
  const more = [rows, dates].filter(Boolean).join(', ');
  return (
    <span title={more}>
      {side?.name || trans.__('unnamed')}{' '}
      <span className="jp-Nbops-hint">{more}</span>
    </span>
  );
}

function strength(column: {
  statistic?: number | null;
  threshold?: number | null;
}): number {
  return (column.statistic ?? 0) / (column.threshold || 1);
}
