'use strict';
// What can be done to a thumbnail on the way.

const WATERMARK = Buffer.from(
  '<svg xmlns="http://www.w3.org/2000/svg" width="24" height="12"><rect width="24" height="12" fill="#fff"/></svg>',
);

const steps = {
  grey: (pipeline) => pipeline.greyscale(),
  blur: (pipeline, { sigma }) => pipeline.blur(sigma),
  tint: (pipeline, { color }) => pipeline.tint(color),
  watermark: (pipeline, { gravity = 'southeast' }) => pipeline.composite([{ input: WATERMARK, gravity }]),
};

module.exports = { steps };
