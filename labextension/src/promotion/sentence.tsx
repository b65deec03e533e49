import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import { pieces } from './order';

/** A sentence with its `names` as code, and its [n] as links where there is something to show. */
export function Sentence(props: {
  text: string;
  trans: TranslationBundle;
  /** Executions that can be shown, as people call them. */
  known?: ReadonlySet<string>;
  /** Shows one of them. */
  reveal?: (name: string) => void;
}): JSX.Element {
  const { text, trans, known, reveal } = props;
  return (
    <>
      {pieces(text).map((piece, index) => {
        if (piece.kind === 'name') {
          return <code key={index}>{piece.text}</code>;
        }
        if (piece.kind === 'cell' && known?.has(piece.text)) {
          return (
            <button
              key={index}
              type="button"
              className="jp-Nbops-reader"
              title={trans.__('Show cell %1', piece.text)}
              onClick={event => {
                event.preventDefault();
                reveal?.(piece.text);
              }}
            >
              {piece.text}
            </button>
          );
        }
        return <React.Fragment key={index}>{piece.text}</React.Fragment>;
      })}
    </>
  );
}
