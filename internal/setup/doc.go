// Package setup turns a fresh clone into a working notebook environment: a
// Python environment with JupyterLab, the GoNB kernel with its Go tools, and
// a Go build cache that already holds what a notebook cell links.
//
// # What is written, and where
//
// Everything lies in the one ignored folder .lab below the clone, except Go's
// own module and build caches, which stay where the user's go command has them:
//
//	.lab/venv      Python environment; kernelspecs and overrides in share/jupyter
//	.lab/bin       gonb, goimports, gopls
//	.lab/bin-test  what a kernel for tests gets of them: goimports
//	.lab/stamp     a file per finished step: the hash of what it was made from
//	.lab/lock      held while a set-up is under way
//	.lab/running   held while JupyterLab runs, so that -clean can refuse
//	.lab/jupyter   Jupyter's config, data, runtime and IPython folders   (state)
//	.lab/log       logs of the server                                    (state)
//	.lab/cache     what a tool would otherwise put into the home         (state)
//
// # Steps
//
// [Project.Ensure] runs the steps whose stamp is missing or out of date, in
// order, each under its own stamp, which is removed before the step starts and
// written after it ends. A set-up killed anywhere therefore goes on, with the
// next run, at the step it was in. With all stamps current Ensure takes no
// lock, asks no network and writes nothing into .lab but the state folders.
// Steps that use the network: python, tools, modules, browser, completion.
//
// # Environment variables
//
//	HOPFLOW_STATE   folder for the parts marked (state) above, instead of .lab:
//	                for an installation that is read-only when it runs, as in
//	                the image. It may differ from run to run and from the one at
//	                set-up. (Kernels log to .lab/log, or where that is read-only
//	                to the temporary folder.)
//	HOPFLOW_PYTHON  the Python interpreter to build the environment from,
//	                instead of the first fitting one in PATH.
//
// GOPROXY, GOPRIVATE, GOSUMDB, GOCACHE, GOMODCACHE, PIP_INDEX_URL, HTTPS_PROXY
// and the like are the user's: set-up passes them on. A kernel runs with
// GOPROXY=off, so that no cell reaches for the network. GOCACHE has to be
// writable when notebooks run; GOMODCACHE may be read-only.
package setup
