import imaplib

IMAPClientError = imaplib.IMAP4.error
IMAPClientAbortError = imaplib.IMAP4.abort

class CapabilityError(IMAPClientError): ...
class LoginError(IMAPClientError): ...
