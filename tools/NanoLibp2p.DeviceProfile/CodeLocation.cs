using Mono.Cecil;
using Mono.Cecil.Cil;

namespace NanoLibp2p.DeviceProfile;

/// <summary>Says where something is, in words that lead an editor there.</summary>
internal static class CodeLocation
{
    public static string Of(MethodDefinition method, Instruction? instruction = null)
    {
        string name = $"{method.DeclaringType.FullName}.{method.Name}";
        SequencePoint? best = null;
        if (method.HasBody && method.DebugInformation.HasSequencePoints)
        {
            foreach (SequencePoint point in method.DebugInformation.SequencePoints.Where(point => !point.IsHidden))
            {
                if (best is null || point.Offset <= (instruction?.Offset ?? 0))
                {
                    best = point;
                }
            }
        }

        if (best is not null)
        {
            return $"{best.Document.Url}({best.StartLine}): {name}";
        }

        return instruction is null ? name : $"{name} at IL_{instruction.Offset:x4}";
    }
}
