/**
 * Says what to do when the Node in use is too old to run TypeScript, where Node itself would only say
 * ERR_UNKNOWN_FILE_EXTENSION. Plain ES5 without imports, so that every Node can run it, as script or as module:
 *
 *     node scripts/guard.js                          exits 2 with the remedy
 *     node --import ./scripts/guard.js cli/main.ts   the same check in the same process
 */
(function () {
  var nodeMajorMin = 24;
  if (parseInt(process.versions.node, 10) >= nodeMajorMin) return;
  console.error(
    'tornaconto needs Node ' + nodeMajorMin + ' or newer; this is Node ' + process.versions.node + '.\n' +
    'Remedy: run `npm ci` without --ignore-scripts (it installs Node ' + nodeMajorMin + ' into node_modules, where\n' +
    'npm scripts find it first), or put Node ' + nodeMajorMin + ' in your PATH.'
  );
  process.exit(2);
})();
