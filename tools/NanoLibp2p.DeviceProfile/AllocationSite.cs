using Mono.Cecil;
using Mono.Cecil.Cil;

namespace NanoLibp2p.DeviceProfile;

/// <summary>
/// An instruction that takes heap on a device each time it runs: a new object or array, a boxed value, a delegate, and a string
/// literal, which costs 12 bytes at each reading.
/// </summary>
/// <param name="Method">Full name of the type, and the method.</param>
/// <param name="Where">The same with file and line.</param>
/// <param name="What">The opcode and what it makes.</param>
public sealed record AllocationSite(string Method, string Where, string What)
{
    /// <summary>
    /// All such instructions of a method, except where the way leads to a throw. Constructors and ToString have none by definition:
    /// they aren't on hot paths.
    /// </summary>
    public static IEnumerable<AllocationSite> Find(MethodDefinition method)
    {
        if (!method.HasBody || method.IsConstructor || method.Name == "ToString")
        {
            yield break;
        }

        foreach (Instruction instruction in method.Body.Instructions)
        {
            if (Made(instruction) is { } what && !EndsInThrow(instruction))
            {
                yield return new AllocationSite($"{method.DeclaringType.FullName}.{method.Name}", CodeLocation.Of(method, instruction),
                    what);
            }
        }
    }

    private static string? Made(Instruction instruction) => instruction.OpCode.Code switch
    {
        Code.Newarr => $"an array of {((TypeReference)instruction.Operand).Name}",
        Code.Newobj => $"a {((MethodReference)instruction.Operand).DeclaringType.Name}",
        Code.Box => $"a boxed {((TypeReference)instruction.Operand).Name}",
        Code.Ldstr => $"the literal \"{instruction.Operand}\"",
        _ => null,
    };

    private static bool EndsInThrow(Instruction instruction)
    {
        for (Instruction at = instruction; at is not null; at = at.Next)
        {
            switch (at.OpCode.FlowControl)
            {
                case FlowControl.Throw:
                    return true;
                case FlowControl.Branch or FlowControl.Cond_Branch or FlowControl.Return:
                    return false;
            }
        }

        return false;
    }
}
