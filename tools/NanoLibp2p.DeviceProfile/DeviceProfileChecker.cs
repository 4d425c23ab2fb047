using Mono.Cecil;
using NanoLibp2p.DeviceProfile.Rules;
using NanoLibp2p.DeviceProfile.Signs;

namespace NanoLibp2p.DeviceProfile;

/// <summary>
/// Refuses what compiles against the reference assemblies but fails, hangs, crashes or computes something else on the interpreter of
/// nanoFramework v1.
/// </summary>
public static class DeviceProfileChecker
{
    /// <param name="assemblies">What is to be flashed together.</param>
    /// <param name="notInFlash">Full names of types that the compiler may see but that no flash image holds.</param>
    /// <returns>Every violation found, in the order of assemblies and members.</returns>
    public static IReadOnlyList<Violation> Check(DeviceAssemblySet assemblies, IReadOnlySet<string> notInFlash)
    {
        List<Violation> violations = new();
        foreach (ModuleDefinition module in assemblies.Modules)
        {
            violations.AddRange(ConstructRules.Check(module));
            violations.AddRange(ElementRules.Check(module));
            violations.AddRange(FlashRules.Check(module, notInFlash));
            violations.AddRange(StaticStateRules.Check(module, assemblies));
            violations.AddRange(LimitRules.Check(module));
        }

        violations.AddRange(SignRules.Check(assemblies));
        return violations;
    }
}
