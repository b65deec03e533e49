import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { IReport } from '../client/wire';
import { inState } from '../sections/parts';
import { inFull, moment } from '../sections/words';
import { warmest, warmth } from './warmth';

const ROWS = 5;

/** Reports over time: a row of states, and below it how far the columns that moved most have moved. */
export function Strip(props: {
  reports: readonly IReport[];
  chosen: number;
  trans: TranslationBundle;
  onChoose: (index: number) => void;
}): JSX.Element {
  const { reports, chosen, trans, onChoose } = props;
  const columns = warmest(reports, ROWS);
  const template = {
    gridTemplateColumns: `minmax(52px, 34%) repeat(${reports.length}, minmax(4px, 1fr))`
  };
  return (
    <div className="jp-Nbops-strip" style={template}>
      <span className="jp-Nbops-stripName">{trans.__('all columns')}</span>
      {reports.map((report, index) => {
        const said = `${report.label || inFull(report.created)}: ${inState(report.state, trans)}`;
        return (
          <button
            key={index}
            type="button"
            className={`jp-Nbops-stripState jp-mod-${report.state}`}
            aria-pressed={index === chosen}
            aria-label={said}
            title={said}
            onClick={() => onChoose(index)}
          />
        );
      })}
      {columns.map(name => (
        <React.Fragment key={name}>
          <span className="jp-Nbops-stripName" title={name}>
            {name}
          </span>
          {reports.map((report, index) => (
            <Heat key={index} report={report} name={name} trans={trans} />
          ))}
        </React.Fragment>
      ))}
      <span />
      {reports.map((report, index) => (
        <span key={index} className="jp-Nbops-stripLabel" aria-hidden="true">
          {abbreviation(report)}
        </span>
      ))}
    </div>
  );
}

function Heat(props: {
  report: IReport;
  name: string;
  trans: TranslationBundle;
}): JSX.Element {
  const { report, name, trans } = props;
  const column = report.columns.find(found => found.name === name);
  const heat = column ? warmth(column) : 0;
  const said = column?.drifted
    ? trans.__('%1 moved in %2', name, report.label ?? '')
    : trans.__('%1 did not move in %2', name, report.label ?? '');
  return (
    <span
      className={`jp-Nbops-heat ${column?.drifted ? 'jp-mod-drifted' : ''}`}
      title={column?.sentence || said}
    >
      <span style={{ opacity: heat }} />
    </span>
  );
}

/** The first letters of a month, or of the label. */
function abbreviation(report: IReport): string {
  const label = report.label ?? '';
  const at = moment(/^\d{4}-\d{2}/.test(label) ? label.slice(0, 7) : null);
  return Number.isNaN(at)
    ? label.slice(0, 3)
    : new Date(at).toLocaleDateString(undefined, {
        month: 'narrow',
        timeZone: 'UTC'
      });
}
