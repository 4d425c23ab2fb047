namespace NanoLibp2p.DeviceProfile.Signs;

/// <summary>
/// What callers need to know of a method, or of all methods that one virtual or delegate call may reach, and what the method needs to
/// know of its callers. A width is the number of bits that may be set in a value whose tag is unsigned although C# takes it for signed;
/// -1 says that it never is.
/// </summary>
internal sealed class MethodSummary(int arguments)
{
    private readonly int[] _arguments = Filled(arguments);
    private readonly string[] _argumentWhy = new string[arguments];
    private readonly int[] _references = Filled(arguments);

    public int Returned { get; private set; } = -1;

    public string ReturnedWhy { get; private set; } = "";

    public bool Changed { get; set; }

    /// <summary>Width of an argument that some caller passed with an unsigned tag.</summary>
    public (int Width, string Why) Argument(int index) => (_arguments[index], _argumentWhy[index] ?? "");

    /// <summary>Width of a value with an unsigned tag that the method writes through a ref or out argument.</summary>
    public int Reference(int index) => _references[index];

    public void Pass(int index, int width, string why)
    {
        if (width > _arguments[index])
        {
            _arguments[index] = width;
            _argumentWhy[index] = why;
            Changed = true;
        }
    }

    public void Return(int width, string why)
    {
        if (width > Returned)
        {
            Returned = width;
            ReturnedWhy = why;
            Changed = true;
        }
    }

    public void WriteReference(int index, int width)
    {
        if (width > _references[index])
        {
            _references[index] = width;
            Changed = true;
        }
    }

    private static int[] Filled(int count)
    {
        int[] array = new int[count];
        Array.Fill(array, -1);
        return array;
    }
}
