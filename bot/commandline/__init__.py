"""What each command of ``clanstats`` does. :mod:`bot.__main__` names them and reads their options."""
