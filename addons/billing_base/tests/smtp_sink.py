"""A mail server for tests that can fail at any moment of a transaction; needs nothing of Odoo."""

import socketserver
import threading
from email import message_from_bytes

DIE = "die"  # close the connection
HANG = "hang"  # say nothing


class Sink(socketserver.ThreadingTCPServer):
    """Listens on loopback. ``faults`` says what happens instead of the usual answer.

    Keys: "greeting", "MAIL", "RCPT", "DATA" (the command), "CONTENT" (in the middle of the
    content), "ANSWER" (after the final dot), or ("RCPT", address). Values: a reply line,
    :data:`DIE`, :data:`HANG`, or a callable without arguments that returns one of them or None.
    ``mails`` are the accepted ones as ``(recipients, email.message.Message)``.
    """

    allow_reuse_address = daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Session)
        self.port = self.server_address[1]
        self.faults, self.mails, self.commands = {}, [], []
        self.closing = threading.Event()
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self):
        self.closing.set()
        self.shutdown()
        self.server_close()

    def handle_error(self, request, client_address):
        """A client that goes away in the middle is what the tests are about."""


class Session(socketserver.StreamRequestHandler):
    """One connection."""

    def handle(self):
        self.recipients = []
        self.reply("greeting", "220 sink")
        while line := self.rfile.readline():
            verb = line.split(b":")[0].split()[0].decode().upper()
            self.server.commands.append(verb)
            if verb in ("EHLO", "HELO"):
                self.say("250-sink\r\n250 SIZE 10000000")
            elif verb == "MAIL":
                self.recipients = []
                self.reply("MAIL", "250 ok")
            elif verb == "RCPT":
                self.recipient(line.split(b"<")[1].split(b">")[0].decode())
            elif verb == "DATA":
                self.data()
            elif verb == "QUIT":
                self.say("221 bye")
                break
            else:
                self.say("250 ok")

    def recipient(self, address):
        key = ("RCPT", address)
        answer = self.reply(key if key in self.server.faults else "RCPT", "250 ok")
        if answer.startswith("250"):
            self.recipients.append(address)

    def data(self):
        if not self.reply("DATA", "354 go on").startswith("354"):
            return
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            if not line:
                return
            if not lines:
                self.fault("CONTENT")
            lines.append(line.removeprefix(b"."))
        recipients, answer = self.recipients, self.fault("ANSWER") or "250 accepted"
        if answer.startswith("250"):
            self.server.mails.append((recipients, message_from_bytes(b"".join(lines))))
        self.say(answer)

    def fault(self, key):
        fault = self.server.faults.get(key)
        fault = fault() if callable(fault) else fault
        if fault == DIE:
            self.connection.shutdown(2)
            raise ConnectionAbortedError
        if fault == HANG:
            self.server.closing.wait(30)
            raise ConnectionAbortedError
        return fault

    def reply(self, key, usual):
        answer = self.fault(key) or usual
        self.say(answer)
        return answer

    def say(self, text):
        self.wfile.write(text.encode() + b"\r\n")
