namespace NanoLibp2p.DeviceProfile;

/// <summary>Something that compiles but fails, or works differently, on nanoFramework v1.</summary>
/// <param name="Rule">Short name of the rule, for tests and for searching.</param>
/// <param name="Where">The member, with file and line where the compiler left them.</param>
/// <param name="Message">What was found, why it matters there, and what to write instead.</param>
public sealed record Violation(string Rule, string Where, string Message)
{
    public override string ToString() => $"{Where}: {Message} [{Rule}]";
}
