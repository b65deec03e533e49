import { LabIcon } from '@jupyterlab/ui-components';

function svg(body: string, box = 24): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 ${box} ${box}">${body}</svg>`;
}

/** A cell's bar, and results rising from it. */
export const nbopsIcon = new LabIcon({
  name: 'nbops:panel',
  svgstr: svg(
    '<g class="jp-icon3" fill="#616161"><rect x="3" y="3" width="2.6" height="18" rx="1.3"/>' +
      '<circle cx="9.6" cy="17" r="2.3"/><circle cx="14" cy="11" r="2.3"/><circle cx="19" cy="5.4" r="2.3"/>' +
      '<path d="M9.1 16.3 13.4 10.3 14.7 11.4 10.3 17.6ZM13.4 10.4 18.3 4.8 19.6 6 14.7 11.7Z"/></g>'
  )
});

export const starIcon = new LabIcon({
  name: 'nbops:star',
  svgstr: svg(
    '<path class="jp-icon3" fill="#616161" d="M12 3.2l2.7 5.6 6.1.9-4.4 4.3 1 6.1L12 17.2l-5.4 2.9 1-6.1L3.2 9.7l6.1-.9z"/>'
  )
});

export const starEmptyIcon = new LabIcon({
  name: 'nbops:star-empty',
  svgstr: svg(
    '<path class="jp-icon3" fill="#616161" d="M12 6.6l1.4 2.9.3.6.7.1 3.1.4-2.2 2.2-.5.5.1.7.5 3.1-2.8-1.5-.6-.3-.6.3-2.8 1.5.5-3.1.1-.7-.5-.5-2.2-2.2 3.1-.4.7-.1.3-.6L12 6.6m0-3.4L9.3 8.8l-6.1.9 4.4 4.3-1 6.1 5.4-2.9 5.4 2.9-1-6.1 4.4-4.3-6.1-.9z"/>'
  )
});

export const hideIcon = new LabIcon({
  name: 'nbops:hide',
  svgstr: svg(
    '<path class="jp-icon3" fill="#616161" d="M12 5C7 5 2.7 8.1 1 12.5 2.7 16.9 7 20 12 20s9.3-3.1 11-7.5C21.3 8.1 17 5 12 5zm0 12.5a5 5 0 110-10 5 5 0 010 10zm0-8a3 3 0 100 6 3 3 0 000-6z"/>'
  )
});

/** A result moved on to a production line. */
export const promoteIcon = new LabIcon({
  name: 'nbops:promote',
  svgstr: svg(
    '<path class="jp-icon3" fill="#616161" d="M12 3l7 7h-4.2v6H9.2v-6H5zM5 18.5h14V21H5z"/>'
  )
});

/** A shield with a hook: proven. */
export const verifiedIcon = new LabIcon({
  name: 'nbops:verified',
  svgstr: svg(
    '<path class="jp-icon3" fill="#616161" d="M12 2L4 5v6.1c0 4.9 3.4 9.4 8 10.9 4.6-1.5 8-6 8-10.9V5zm-1.2 14.3L7 12.5l1.5-1.5 2.3 2.3 4.9-4.9 1.5 1.5z"/>'
  )
});

/** A shield with a clock: proven once. */
export const staleIcon = new LabIcon({
  name: 'nbops:stale',
  svgstr: svg(
    '<path class="jp-icon3" fill="#616161" fill-rule="evenodd" d="M12 2L4 5v6.1c0 4.9 3.4 9.4 8 10.9 4.6-1.5 8-6 8-10.9V5zm0 4.2a5.3 5.3 0 110 10.6 5.3 5.3 0 010-10.6zm-.9 2v3.9l3.1 2.5 1.1-1.3-2.4-1.9V8.2z"/>'
  )
});

/** A shield that is only an outline: not proven. */
export const unverifiedIcon = new LabIcon({
  name: 'nbops:unverified',
  svgstr: svg(
    '<path class="jp-icon3" fill="#616161" fill-rule="evenodd" d="M12 2L4 5v6.1c0 4.9 3.4 9.4 8 10.9 4.6-1.5 8-6 8-10.9V5zm0 2.1l6 2.3v4.7c0 3.9-2.5 7.4-6 8.8-3.5-1.4-6-4.9-6-8.8V6.4zM11 15.5h2v2h-2zm0-8.5h2v6.5h-2z"/>'
  )
});
