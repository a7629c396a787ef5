"""What the program needs from the outside, as Protocols; adapters fulfil them.

Methods here may block and are called on a worker lane, never on the home thread.
They raise `WorkstationError`s in the reader's words. Adapters know no services.
"""
