# Settings of the JupyterLab that "go tool lab" starts. Read-only: whatever a
# user changes in JupyterLab goes to .lab/jupyter. The command adds the port,
# the folder to serve and the token (from a file), and nothing else.
# One setting a line: the tests read this file.
c = get_config()  # noqa: F821  (Jupyter provides it)

# Who may connect: this machine, with the token, from pages of this server.
c.ServerApp.ip = "127.0.0.1"
c.ServerApp.port_retries = 0
c.ServerApp.allow_remote_access = False
c.ServerApp.local_hostnames = ["localhost"]
c.ServerApp.allow_unauthenticated_access = False
c.ServerApp.allow_origin = ""
c.ServerApp.allow_origin_pat = ""
c.ServerApp.allow_credentials = False
c.ServerApp.disable_check_xsrf = False
c.ServerApp.trust_xheaders = False
c.ServerApp.open_browser = False
c.PasswordIdentityProvider.allow_password_change = False

# What it offers: notebooks; no shell, no hidden files, no script in a page made
# from a notebook.
c.ServerApp.terminals_enabled = False
c.ServerApp.jpserver_extensions = {"jupyter_lsp": False, "jupyter_server_terminals": False, "jupyterlab": True, "notebook_shim": False}
c.ServerApp.nbconvert_csp_sandbox = True
c.ServerApp.tornado_settings = {"headers": {"Referrer-Policy": "same-origin"}}
c.ContentsManager.allow_hidden = False

# Kernels: the Go kernel alone; one that no page is connected to and that has
# been idle for an hour ends (a connected one, or one at work, never does).
c.KernelSpecManager.allowed_kernelspecs = {"gonb"}
c.KernelSpecManager.ensure_native_kernel = False
c.MultiKernelManager.default_kernel_name = "gonb"
c.MappingKernelManager.cull_idle_timeout = 3600
c.MappingKernelManager.cull_interval = 300
c.MappingKernelManager.cull_connected = False
c.MappingKernelManager.cull_busy = False

# No call to other hosts: no news, no search for updates, no catalogue of
# extensions.
c.LabApp.news_url = None
c.LabApp.check_for_updates_class = "jupyterlab.NeverCheckForUpdate"
c.LabApp.extension_manager = "readonly"
