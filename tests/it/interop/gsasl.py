"""Decides with GNU SASL, as the server, who may log in.

    gsasl.py MECHANISM PASSWORD [CHANNEL-BINDING]

Every line on stdin is a client's response in base64, possibly empty. Every line on stdout is what to
say to it: "334 CHALLENGE", "235 USER" or "535 WHY". CHANNEL-BINDING is the value of tls-exporter in
base64.
"""

import ctypes as c
import sys

# gsasl.h of 2.2.0
AUTHID, PASSWORD, SCRAM_ITER, CB_TLS_EXPORTER = 1, 3, 15, 25
OK, NEEDS_MORE, NO_CALLBACK = 0, 1, 51

mechanism, password, binding = (sys.argv[1:] + [None])[:3]
gsasl = c.CDLL("libgsasl.so.18")
gsasl.gsasl_strerror.restype = gsasl.gsasl_property_fast.restype = c.c_char_p
gsasl.gsasl_property_set.argtypes = [c.c_void_p, c.c_int, c.c_char_p]
gsasl.gsasl_property_fast.argtypes = [c.c_void_p, c.c_int]
gsasl.gsasl_callback_set.argtypes = [c.c_void_p, c.c_void_p]
gsasl.gsasl_server_start.argtypes = [c.c_void_p, c.c_char_p, c.c_void_p]
gsasl.gsasl_step64.argtypes = [c.c_void_p, c.c_char_p, c.POINTER(c.c_char_p)]
Callback = c.CFUNCTYPE(c.c_int, c.c_void_p, c.c_void_p, c.c_int)


@Callback
def callback(_context, session, prop):
    known = {PASSWORD: password, SCRAM_ITER: "4096", CB_TLS_EXPORTER: binding}
    if known.get(prop) is None:
        return NO_CALLBACK
    gsasl.gsasl_property_set(session, prop, known[prop].encode())
    return OK


def must(result):
    if result != OK:
        sys.exit(gsasl.gsasl_strerror(result).decode())


context, session = c.c_void_p(), c.c_void_p()
must(gsasl.gsasl_init(c.byref(context)))
gsasl.gsasl_callback_set(context, callback)
must(gsasl.gsasl_server_start(context, mechanism.encode(), c.byref(session)))

result = NEEDS_MORE
for line in sys.stdin:
    if result == OK:
        # The answer to the server's last words.
        print("235", gsasl.gsasl_property_fast(session, AUTHID).decode(), flush=True)
        break
    output = c.c_char_p()
    result = gsasl.gsasl_step64(session, line.strip().encode(), c.byref(output))
    if result not in (OK, NEEDS_MORE):
        print("535", gsasl.gsasl_strerror(result).decode(), flush=True)
        break
    print("334", (output.value or b"").decode(), flush=True)
