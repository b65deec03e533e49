import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { IPipeline, PipelineState } from '../client/wire';
import { staleIcon, unverifiedIcon, verifiedIcon } from '../icon';

const ICONS = {
  verified: verifiedIcon,
  stale: staleIcon,
  unverified: unverifiedIcon
};
const MARKS = {
  verified: 'jp-mod-ok',
  stale: 'jp-mod-warn',
  unverified: 'jp-mod-alert'
};

/** Whether a pipeline's proof holds, as an icon that differs in shape, not only in colour. */
export function Badge(props: {
  state: PipelineState;
  why: string;
  trans: TranslationBundle;
}): JSX.Element {
  const { state, why, trans } = props;
  const said = inState(state, trans);
  const Icon = ICONS[state];
  return (
    <span
      className={`jp-Nbops-badge ${MARKS[state]}`}
      role="img"
      aria-label={said}
      title={[said, why].filter(Boolean).join(': ')}
    >
      <Icon.react tag="span" width="16px" height="16px" />
    </span>
  );
}

/** The state of a pipeline's proof; servers of before told only whether there was one. */
export function stateOf(pipeline: IPipeline): PipelineState {
  const state = pipeline.state;
  if (state && state in ICONS) {
    return state;
  }
  return pipeline.verified ? 'verified' : 'unverified';
}

/** Why the proof holds or does not. */
export function whyOf(pipeline: IPipeline): string {
  return pipeline.reason || pipeline.verdict || '';
}

/** A state in words. */
export function inState(
  state: PipelineState,
  trans: TranslationBundle
): string {
  switch (state) {
    case 'verified':
      return trans.__('Verified');
    case 'stale':
      return trans.__('Stale');
    default:
      return trans.__('Not verified');
  }
}
