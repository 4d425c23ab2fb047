using System;

namespace NanoLibp2p.Cli;

/// <summary>A failure that is told to the user in one sentence, which ends the program with an exit code.</summary>
internal sealed class CliException : Exception
{
    /// <summary>Exit code of what was tried and did not work.</summary>
    internal const int Failed = 1;

    /// <summary>Exit code of arguments, files or settings that can't be meant.</summary>
    internal const int WrongArguments = 2;

    internal CliException(string sentence, int exitCode = Failed)
        : base(sentence)
    {
        ExitCode = exitCode;
    }

    internal int ExitCode { get; }
}
