'use strict';

// The worker process of the sample app: prints a line every few seconds until it is told to stop.

const instance = process.env.BERTH_INSTANCE ?? 'worker';
let rounds = 0;

function round() {
  rounds += 1;
  console.log(`${instance} has finished round ${rounds}`);
}

function stop() {
  clearInterval(timer);
  console.log(`${instance} stops after round ${rounds}`);
}

round();
const timer = setInterval(round, 3000);
process.on('SIGTERM', stop);
process.on('SIGINT', stop);
